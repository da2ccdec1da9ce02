package io.walex.reactive.codec;

/** A codec of functions. */
record FormsCodec(Form text, Form binary, TextJson json, BinaryText binaryText) implements ColumnCodec {

    FormsCodec(Form text, Form binary, TextJson json) {
        this(text, binary, json, BinaryText.NONE);
    }

    FormsCodec(Form text, Form binary) {
        this(text, binary, TextJson.NONE);
    }

    /** One of PostgreSQL's two forms of a type. */
    @FunctionalInterface
    interface Form {
        Object read(byte[] bytes, int offset, int length);
    }

    /** A type whose binary form is its text. */
    static FormsCodec same(Form form) {
        return new FormsCodec(form, form);
    }

    /** The same codec, whose text form becomes JSON in this way. */
    FormsCodec withJson(TextJson json) {
        return new FormsCodec(text, binary, json, binaryText);
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
