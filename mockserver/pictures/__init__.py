"""Pictures: drawn, cropped, resized and checked with Pillow, which is imported only when the first one is asked for."""
