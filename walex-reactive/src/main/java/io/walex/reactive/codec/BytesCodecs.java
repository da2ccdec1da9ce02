package io.walex.reactive.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that are the value, or its text. */
final class BytesCodecs {

    static final ColumnCodec TEXT = FormsCodec.same(BytesCodecs::text);

    static final ColumnCodec UNKNOWN = new FormsCodec(BytesCodecs::text, BytesCodecs::copy);

    private BytesCodecs() {}

    static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    static ByteBuffer copy(byte[] bytes, int offset, int length) {
        return ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + length))
                .asReadOnlyBuffer();
    }
}
