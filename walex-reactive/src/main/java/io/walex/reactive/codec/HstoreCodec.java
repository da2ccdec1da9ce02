package io.walex.reactive.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code hstore}: a map of texts, any of them null. */
final class HstoreCodec implements ColumnCodec {

    private static final int MINIMAL_SIZE = 2 * Integer.BYTES;

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        while (!cursor.atEnd()) {
            cursor.readToken('=', '=');
            String key = cursor.tokenText();
            cursor.expect('=');
            cursor.expect('>');
            cursor.readToken(',', ',');
            pairs.put(key, cursor.tokenIsNull() ? null : cursor.tokenText());
            if (cursor.skip(',')) {
                cursor.expect(' ');
            }
        }
        return Collections.unmodifiableMap(pairs);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.count(MINIMAL_SIZE);
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = cursor.text(cursor.int32());
            int size = cursor.int32();
            pairs.put(key, size == -1 ? null : cursor.text(size));
        }
        cursor.finish();
        return Collections.unmodifiableMap(pairs);
    }
}
