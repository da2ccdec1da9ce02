package io.walex.reactive.codec;

/** Writes a value's text form as the JSON of the value, without decoding it. */
@FunctionalInterface
interface TextJson {

    /** For types whose values have to be decoded. */
    TextJson NONE = (bytes, offset, length, json) -> false;

    /** Says whether it has; where the text is not as the server usually sends it, nothing was written. */
    boolean write(byte[] bytes, int offset, int length, JsonBytes json);
}
