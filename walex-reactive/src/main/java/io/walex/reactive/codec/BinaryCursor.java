package io.walex.reactive.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a binary value in turn; never past the value's end. */
final class BinaryCursor {

    private static final VarHandle INT16 = view(short[].class);
    private static final VarHandle INT32 = view(int[].class);
    private static final VarHandle INT64 = view(long[].class);

    private final byte[] bytes;
    private final int end;
    private int at;

    BinaryCursor(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    static int int16(byte[] bytes, int offset, int length) {
        expect(Short.BYTES, length);
        return (short) INT16.get(bytes, offset);
    }

    static int int32(byte[] bytes, int offset, int length) {
        expect(Integer.BYTES, length);
        return (int) INT32.get(bytes, offset);
    }

    static long int64(byte[] bytes, int offset, int length) {
        expect(Long.BYTES, length);
        return (long) INT64.get(bytes, offset);
    }

    static void expect(int expected, int length) {
        if (length != expected) {
            throw new IllegalArgumentException("%d bytes where the type has %d".formatted(length, expected));
        }
    }

    int int8() {
        return bytes[advance(1)];
    }

    int int16() {
        return (short) INT16.get(bytes, advance(Short.BYTES));
    }

    int int32() {
        return (int) INT32.get(bytes, advance(Integer.BYTES));
    }

    long int64() {
        return (long) INT64.get(bytes, advance(Long.BYTES));
    }

    float float4() {
        return Float.intBitsToFloat(int32());
    }

    double float8() {
        return Double.longBitsToDouble(int64());
    }

    /** A number of elements that follow, of at least so many bytes each; a wrong one is found out before they are read. */
    int count(int minimalSize) {
        int count = int32();
        if (count < 0 || (long) count * minimalSize > remaining()) {
            throw new IllegalArgumentException("%d elements in %d bytes".formatted(count, remaining()));
        }
        return count;
    }

    /** A value behind its length, -1 for NULL. */
    @Nullable
    Object value(ColumnCodec codec) {
        int length = int32();
        return length == -1 ? null : codec.fromBinary(bytes, advance(length), length);
    }

    String text(int length) {
        return new String(bytes, advance(length), length, StandardCharsets.UTF_8);
    }

    String terminatedText() {
        int length = 0;
        while (at + length < end && bytes[at + length] != 0) {
            length++;
        }
        String text = text(length);
        int8();
        return text;
    }

    int remaining() {
        return end - at;
    }

    /** Throws unless everything was read. */
    void finish() {
        if (at != end) {
            throw new IllegalArgumentException("%d bytes behind the value".formatted(end - at));
        }
    }

    private int advance(int size) {
        if (size < 0 || size > end - at) {
            throw new IllegalArgumentException("%d bytes expected, %d remain".formatted(size, end - at));
        }
        int start = at;
        at += size;
        return start;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.BIG_ENDIAN);
    }
}
