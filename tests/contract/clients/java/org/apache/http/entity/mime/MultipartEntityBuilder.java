package org.apache.http.entity.mime;

/** Stands for Apache's httpmime, which the generated client imports. */
public class MultipartEntityBuilder {
    public static MultipartEntityBuilder create() { return new MultipartEntityBuilder(); }
    public MultipartEntityBuilder addBinaryBody(String name, java.io.File file) { return this; }
    public MultipartEntityBuilder addTextBody(String name, String text) { return this; }
    public org.apache.http.HttpEntity build() { return null; }
}
