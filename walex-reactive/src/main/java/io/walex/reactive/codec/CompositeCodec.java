package io.walex.reactive.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A composite type: a map of its attributes, in their order.
 *
 * <p>A row has the attributes that the type had when it was written, which the catalog may no longer, or not yet, tell. As
 * long as none was dropped, fewer values of a row from before the catalog was read are those of the first attributes.
 * Other values that do not fit are as those of a type that is not known: which attribute a value belongs to would be a
 * guess.
 *
 * @param onOutdated told of values that do not fit, when they may be newer than the description; null when they are older
 */
record CompositeCodec(
        List<Attribute> attributes,
        boolean dropped,
        @Nullable Runnable onOutdated) implements ColumnCodec {

    /** An attribute as the catalog describes it. */
    record Attribute(String name, int typeOid, ColumnCodec codec) {}

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        int count = count(new TextCursor(bytes, offset, length));
        if (!fits(count)) {
            return unfit(BytesCodecs.UNKNOWN.fromText(bytes, offset, length));
        }
        try {
            return values(new TextCursor(bytes, offset, length), count);
        } catch (IllegalArgumentException e) {
            // As many others as the type is known to have; binary values say their types.
            if (dropped || onOutdated != null) {
                return unfit(BytesCodecs.UNKNOWN.fromText(bytes, offset, length));
            }
            throw e;
        }
    }

    private Map<String, @Nullable Object> values(TextCursor cursor, int count) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        cursor.expect('(');
        for (Attribute attribute : attributes.subList(0, count)) {
            cursor.readToken(',', ')');
            values.put(attribute.name, cursor.tokenIsEmpty() ? null : cursor.token(attribute.codec));
            cursor.skip(',');
        }
        return Collections.unmodifiableMap(values);
    }

    /** How many values there are; none is written as a single NULL is, which a type without attributes cannot have. */
    private int count(TextCursor cursor) {
        cursor.expect('(');
        if (attributes.isEmpty() && cursor.skip(')')) {
            cursor.finish();
            return 0;
        }
        int count = 0;
        do {
            cursor.readToken(',', ')');
            count++;
        } while (cursor.skip(','));
        cursor.expect(')');
        cursor.finish();
        return count;
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.count(2 * Integer.BYTES);
        if (!fits(count)) {
            return unfit(BytesCodecs.UNKNOWN.fromBinary(bytes, offset, length));
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (Attribute attribute : attributes.subList(0, count)) {
            if (cursor.int32() != attribute.typeOid) {
                return unfit(BytesCodecs.UNKNOWN.fromBinary(bytes, offset, length));
            }
            values.put(attribute.name, cursor.value(attribute.codec));
        }
        cursor.finish();
        return Collections.unmodifiableMap(values);
    }

    private boolean fits(int count) {
        return count == attributes.size() || count < attributes.size() && !dropped && onOutdated == null;
    }

    private Object unfit(Object undecoded) {
        if (onOutdated != null) {
            onOutdated.run();
        }
        return undecoded;
    }
}
