package io.walex.reactive.codec;

import java.math.BigInteger;

/** Booleans, integers and floating-point numbers. */
final class NumberCodecs {

    private static final long UINT32 = 0xFFFF_FFFFL;

    static final ColumnCodec BOOL = new FormsCodec(
            (bytes, offset, length) -> bool(bytes, offset, length, 't', 'f'),
            (bytes, offset, length) -> bool(bytes, offset, length, 1, 0),
            DirectJson::bool);

    static final ColumnCodec INT2 = new FormsCodec(
            (bytes, offset, length) -> (short) Digits.integer(bytes, offset, length, Short.MIN_VALUE, Short.MAX_VALUE),
            (bytes, offset, length) -> (short) BinaryCursor.int16(bytes, offset, length),
            DirectJson.integer(4));

    static final ColumnCodec INT4 = new FormsCodec(
            (bytes, offset, length) ->
                    (int) Digits.integer(bytes, offset, length, Integer.MIN_VALUE, Integer.MAX_VALUE),
            BinaryCursor::int32,
            DirectJson.integer(9));

    static final ColumnCodec INT8 = new FormsCodec(
            (bytes, offset, length) -> Digits.integer(bytes, offset, length, Long.MIN_VALUE, Long.MAX_VALUE),
            BinaryCursor::int64,
            DirectJson.integer(18));

    /** {@code oid}, {@code xid}, {@code cid}: unsigned. */
    static final ColumnCodec UNSIGNED_INT4 = new FormsCodec(
            (bytes, offset, length) -> Digits.integer(bytes, offset, length, 0, UINT32),
            (bytes, offset, length) -> BinaryCursor.int32(bytes, offset, length) & UINT32,
            DirectJson.natural(9));

    /** {@code xid8}. */
    static final ColumnCodec UNSIGNED_INT8 = new FormsCodec(
            (bytes, offset, length) -> unsigned(Long.parseUnsignedLong(Digits.ascii(bytes, offset, length))),
            (bytes, offset, length) -> unsigned(BinaryCursor.int64(bytes, offset, length)));

    static final ColumnCodec FLOAT4 = new FormsCodec(
            Digits::float4,
            (bytes, offset, length) -> Float.intBitsToFloat(BinaryCursor.int32(bytes, offset, length)),
            DirectJson::floating,
            (bytes, offset, length) -> length == Float.BYTES
                    ? ShortestDecimal.of(Float.intBitsToFloat(BinaryCursor.int32(bytes, offset, length)))
                    : null);

    static final ColumnCodec FLOAT8 = new FormsCodec(
            Digits::float8,
            (bytes, offset, length) -> Double.longBitsToDouble(BinaryCursor.int64(bytes, offset, length)),
            DirectJson::floating,
            (bytes, offset, length) -> length == Double.BYTES
                    ? ShortestDecimal.of(Double.longBitsToDouble(BinaryCursor.int64(bytes, offset, length)))
                    : null);

    private NumberCodecs() {}

    private static Boolean bool(byte[] bytes, int offset, int length, int yes, int no) {
        BinaryCursor.expect(1, length);
        byte value = bytes[offset];
        if (value != yes && value != no) {
            throw new IllegalArgumentException("not a boolean");
        }
        return value == yes;
    }

    private static BigInteger unsigned(long value) {
        BigInteger signed = BigInteger.valueOf(value);
        return value >= 0 ? signed : signed.add(BigInteger.ONE.shiftLeft(Long.SIZE));
    }
}
