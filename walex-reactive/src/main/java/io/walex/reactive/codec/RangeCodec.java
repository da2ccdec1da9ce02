package io.walex.reactive.codec;

import org.jspecify.annotations.Nullable;

/** A range over any type. */
record RangeCodec(ColumnCodec subtype) implements ColumnCodec {

    private static final int EMPTY = 0x01;
    private static final int LOWER_INCLUSIVE = 0x02;
    private static final int UPPER_INCLUSIVE = 0x04;
    private static final int LOWER_INFINITE = 0x08;
    private static final int UPPER_INFINITE = 0x10;

    @Override
    public Range<?> fromText(byte[] bytes, int offset, int length) {
        if (length == 5 && bytes[offset] == 'e') {
            return Range.empty();
        }
        TextCursor cursor = new TextCursor(bytes, offset, length);
        boolean lowerInclusive = cursor.skip('[');
        if (!lowerInclusive) {
            cursor.expect('(');
        }
        Object lower = bound(cursor, ',', ',');
        cursor.expect(',');
        Object upper = bound(cursor, ']', ')');
        boolean upperInclusive = cursor.skip(']');
        if (!upperInclusive) {
            cursor.expect(')');
        }
        cursor.finish();
        return new Range<>(lower, upper, lowerInclusive, upperInclusive, false);
    }

    private @Nullable Object bound(TextCursor cursor, char mark, char otherMark) {
        cursor.readToken(mark, otherMark);
        return cursor.tokenIsEmpty() ? null : cursor.token(subtype);
    }

    @Override
    public Range<?> fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int flags = cursor.int8();
        if ((flags & EMPTY) != 0) {
            cursor.finish();
            return Range.empty();
        }
        Object lower = (flags & LOWER_INFINITE) != 0 ? null : cursor.value(subtype);
        Object upper = (flags & UPPER_INFINITE) != 0 ? null : cursor.value(subtype);
        cursor.finish();
        return new Range<>(lower, upper, (flags & LOWER_INCLUSIVE) != 0, (flags & UPPER_INCLUSIVE) != 0, false);
    }
}
