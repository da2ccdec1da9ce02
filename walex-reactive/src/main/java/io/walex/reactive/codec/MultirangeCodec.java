package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A multirange: a list of its ranges. */
record MultirangeCodec(ColumnCodec range) implements ColumnCodec {

    private static final int MINIMAL_SIZE = Integer.BYTES + 1;

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        List<Object> ranges = new ArrayList<>();
        cursor.expect('{');
        if (!cursor.skip('}')) {
            do {
                cursor.readRange();
                ranges.add(cursor.token(range));
            } while (cursor.skip(','));
            cursor.expect('}');
        }
        cursor.finish();
        return Collections.unmodifiableList(ranges);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.count(MINIMAL_SIZE);
        List<@Nullable Object> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(cursor.value(range));
        }
        cursor.finish();
        return Collections.unmodifiableList(ranges);
    }
}
