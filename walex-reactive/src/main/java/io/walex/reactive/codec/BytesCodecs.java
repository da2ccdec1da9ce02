package io.walex.reactive.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/** Values that are bytes or text, or little more. */
final class BytesCodecs {

    static final ColumnCodec TEXT = FormsCodec.same(BytesCodecs::text).withJson(DirectJson::string);

    static final ColumnCodec UNKNOWN = new FormsCodec(BytesCodecs::text, BytesCodecs::copy, DirectJson::string);

    static final ColumnCodec BYTEA = new FormsCodec(BytesCodecs::bytea, BytesCodecs::copy, DirectJson::bytea);

    static final ColumnCodec UUID = new FormsCodec(BytesCodecs::uuid, BytesCodecs::binaryUuid, DirectJson::uuid);

    /** A text behind one byte that tells its version. */
    static final ColumnCodec VERSIONED_TEXT =
            new FormsCodec(BytesCodecs::text, BytesCodecs::versionedText, DirectJson::string);

    /** {@code "char"}: one byte, which PostgreSQL 16 shows as {@code \377} where it is not ASCII. */
    static final ColumnCodec CHAR = FormsCodec.same(BytesCodecs::singleByte);

    static final ColumnCodec BIT = new FormsCodec(BytesCodecs::text, BytesCodecs::bits);

    static final ColumnCodec MACADDR = new FormsCodec(BytesCodecs::text, BytesCodecs::colonHex);

    /** Shown as PostGIS shows it: its extended well-known binary in hexadecimal. */
    static final ColumnCodec GEOMETRY = new FormsCodec(
            BytesCodecs::text,
            (bytes, offset, length) -> HexFormat.of().withUpperCase().formatHex(bytes, offset, offset + length));

    private BytesCodecs() {}

    static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    static ByteBuffer copy(byte[] bytes, int offset, int length) {
        return readOnly(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    private static ByteBuffer readOnly(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private static String versionedText(byte[] bytes, int offset, int length) {
        if (length < 1 || bytes[offset] != 1) {
            throw new IllegalArgumentException("unknown version of the type's binary form");
        }
        return text(bytes, offset + 1, length - 1);
    }

    /** Both of {@code bytea_output}'s forms. */
    private static ByteBuffer bytea(byte[] bytes, int offset, int length) {
        if (length < 2 || bytes[offset] != '\\' || bytes[offset + 1] != 'x') {
            return readOnly(unescaped(bytes, offset, length));
        }
        if (length % 2 != 0) {
            throw new IllegalArgumentException("half a byte");
        }
        byte[] value = new byte[length / 2 - 1];
        for (int i = 0, at = offset + 2; i < value.length; i++, at += 2) {
            value[i] = (byte) (hex(bytes[at]) << 4 | hex(bytes[at + 1]));
        }
        return readOnly(value);
    }

    private static byte[] unescaped(byte[] bytes, int offset, int length) {
        byte[] value = new byte[length];
        int size = 0;
        for (int i = offset, end = offset + length; i < end; i++) {
            if (bytes[i] != '\\') {
                value[size++] = bytes[i];
            } else if (i + 1 < end && bytes[i + 1] == '\\') {
                value[size++] = bytes[++i];
            } else if (i + 3 < end) {
                value[size++] = (byte) Integer.parseInt(Digits.ascii(bytes, i + 1, 3), 8);
                i += 3;
            } else {
                throw new IllegalArgumentException("an escape without its digits");
            }
        }
        return Arrays.copyOf(value, size);
    }

    private static UUID uuid(byte[] bytes, int offset, int length) {
        BinaryCursor.expect(36, length);
        long high = hex(bytes, offset, 8) << 32 | hex(bytes, offset + 9, 4) << 16 | hex(bytes, offset + 14, 4);
        long low = hex(bytes, offset + 19, 4) << 48 | hex(bytes, offset + 24, 12);
        return new UUID(high, low);
    }

    private static long hex(byte[] bytes, int offset, int digits) {
        long value = 0;
        for (int i = offset; i < offset + digits; i++) {
            value = value << 4 | hex(bytes[i]);
        }
        return value;
    }

    private static int hex(byte digit) {
        int value = Character.digit(digit, 16);
        if (value < 0) {
            throw new IllegalArgumentException("not a hexadecimal digit");
        }
        return value;
    }

    private static UUID binaryUuid(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        UUID value = new UUID(cursor.int64(), cursor.int64());
        cursor.finish();
        return value;
    }

    private static String singleByte(byte[] bytes, int offset, int length) {
        if (length == 1 && bytes[offset] < 0) {
            return "\\" + Integer.toOctalString(bytes[offset] & 0xFF);
        }
        return length == 1 && bytes[offset] == 0 ? "" : text(bytes, offset, length);
    }

    private static String bits(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.int32();
        int size = cursor.remaining();
        if (count < 0 || size != (count + 7L) / 8) {
            throw new IllegalArgumentException("%d bits in %d bytes".formatted(count, size));
        }
        char[] bits = new char[count];
        for (int i = 0; i < count; i++) {
            bits[i] = (char) ('0' + (bytes[offset + 4 + i / 8] >> 7 - i % 8 & 1));
        }
        return new String(bits);
    }

    private static String colonHex(byte[] bytes, int offset, int length) {
        return HexFormat.ofDelimiter(":").formatHex(bytes, offset, offset + length);
    }
}
