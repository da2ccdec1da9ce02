package io.walex.reactive.codec;

/** A codec of two functions. */
record FormsCodec(Form text, Form binary) implements ColumnCodec {

    /** One of PostgreSQL's two forms of a type. */
    @FunctionalInterface
    interface Form {
        Object read(byte[] bytes, int offset, int length);
    }

    /** A type whose binary form is its text. */
    static ColumnCodec same(Form form) {
        return new FormsCodec(form, form);
    }

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        return text.read(bytes, offset, length);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        return binary.read(bytes, offset, length);
    }
}
