package javax.annotation;

/** Stands for the annotation that every generated class has, and no JDK any more. */
public @interface Generated {
    String[] value();
    String date() default "";
    String comments() default "";
}
