package io.walex.reactive.codec;

import io.walex.reactive.pgoutput.Lsn;

/** Types of PostgreSQL's own bookkeeping. */
final class SystemCodecs {

    static final ColumnCodec PG_LSN = new FormsCodec(
            (bytes, offset, length) -> Lsn.parse(Digits.ascii(bytes, offset, length)),
            (bytes, offset, length) -> Lsn.of(BinaryCursor.int64(bytes, offset, length)));

    static final ColumnCodec TID = new FormsCodec(BytesCodecs::text, SystemCodecs::tid);

    static final ColumnCodec SNAPSHOT = new FormsCodec(BytesCodecs::text, SystemCodecs::snapshot);

    /** {@code regclass} and its like: a name in text; in binary only the OID, which comes as its number's text. */
    static final ColumnCodec REG = new FormsCodec(
            BytesCodecs::text,
            (bytes, offset, length) -> Integer.toUnsignedString(BinaryCursor.int32(bytes, offset, length)));

    private SystemCodecs() {}

    private static String tid(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        String tid = "(%s,%d)".formatted(Integer.toUnsignedString(cursor.int32()), cursor.int16() & 0xFFFF);
        cursor.finish();
        return tid;
    }

    private static String snapshot(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.int32();
        StringBuilder text = new StringBuilder();
        text.append(Long.toUnsignedString(cursor.int64())).append(':');
        text.append(Long.toUnsignedString(cursor.int64())).append(':');
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(Long.toUnsignedString(cursor.int64()));
        }
        cursor.finish();
        return text.toString();
    }
}
