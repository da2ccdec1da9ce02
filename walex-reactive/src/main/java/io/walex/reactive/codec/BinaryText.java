package io.walex.reactive.codec;

import org.jspecify.annotations.Nullable;

/** Gives PostgreSQL's text of a number from its binary form, without decoding it. */
@FunctionalInterface
interface BinaryText {

    /** For types whose values have to be decoded. */
    BinaryText NONE = (bytes, offset, length) -> null;

    /** The text; null where the bytes are not a value of the type, which decoding them tells. */
    @Nullable
    String read(byte[] bytes, int offset, int length);
}
