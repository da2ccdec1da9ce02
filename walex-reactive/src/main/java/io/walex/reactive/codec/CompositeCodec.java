package io.walex.reactive.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A composite type: a map of its attributes, in their order. */
record CompositeCodec(String typeName, List<String> names, List<ColumnCodec> attributes) implements ColumnCodec {

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        cursor.expect('(');
        for (int i = 0; i < names.size(); i++) {
            if (i > 0) {
                expectAttribute(cursor.skip(','));
            }
            cursor.readToken(',', ')');
            values.put(names.get(i), cursor.tokenIsEmpty() ? null : cursor.token(attributes.get(i)));
        }
        expectAttribute(cursor.skip(')'));
        cursor.finish();
        return Collections.unmodifiableMap(values);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        expectAttribute(cursor.int32() == names.size());
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            cursor.int32(); // the attribute's type
            values.put(names.get(i), cursor.value(attributes.get(i)));
        }
        cursor.finish();
        return Collections.unmodifiableMap(values);
    }

    private void expectAttribute(boolean asDescribed) {
        if (!asDescribed) {
            throw new IllegalArgumentException(
                    "The value has other attributes than type %s had when its description was read: %s"
                            .formatted(typeName, names));
        }
    }
}
