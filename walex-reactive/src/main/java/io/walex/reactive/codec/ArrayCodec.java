package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An array over any type: a list, of lists where it has several dimensions. */
record ArrayCodec(ColumnCodec element, char delimiter) implements ColumnCodec {

    /** PostgreSQL's MAXDIM. */
    private static final int MAXIMAL_DIMENSIONS = 6;

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        List<Integer> lowerBounds = textBounds(cursor);
        List<@Nullable Object> elements = textElements(cursor, 1);
        cursor.finish();
        return subscripted(elements, lowerBounds);
    }

    /** As in {@code [0:1][-2:3]=}; nothing where all subscripts start at 1. */
    private static List<Integer> textBounds(TextCursor cursor) {
        List<Integer> lowerBounds = new ArrayList<>();
        while (cursor.skip('[')) {
            cursor.readToken(':', ']');
            lowerBounds.add(Integer.valueOf(cursor.tokenText()));
            cursor.skipThrough(']');
        }
        if (!lowerBounds.isEmpty()) {
            cursor.expect('=');
        }
        return lowerBounds;
    }

    private static Object subscripted(List<@Nullable Object> elements, List<Integer> lowerBounds) {
        return lowerBounds.stream().allMatch(bound -> bound == 1)
                ? elements
                : new SubscriptedArray(elements, lowerBounds);
    }

    private List<@Nullable Object> textElements(TextCursor cursor, int dimension) {
        if (dimension > MAXIMAL_DIMENSIONS) {
            throw cursor.malformed("an array of more than " + MAXIMAL_DIMENSIONS + " dimensions");
        }
        cursor.expect('{');
        List<@Nullable Object> elements = new ArrayList<>();
        if (!cursor.skip('}')) {
            do {
                elements.add(cursor.isAt('{') ? textElements(cursor, dimension + 1) : textElement(cursor));
            } while (cursor.skip(delimiter));
            cursor.expect('}');
        }
        return Collections.unmodifiableList(elements);
    }

    private @Nullable Object textElement(TextCursor cursor) {
        cursor.readToken(delimiter, '}');
        return cursor.tokenIsNull() ? null : cursor.token(element);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int dimensions = cursor.int32();
        if (dimensions < 0 || dimensions > MAXIMAL_DIMENSIONS) {
            throw new IllegalArgumentException("an array of " + dimensions + " dimensions");
        }
        cursor.int32(); // whether it has nulls
        cursor.int32(); // the element's type
        int[] sizes = new int[dimensions];
        List<Integer> lowerBounds = new ArrayList<>(dimensions);
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = cursor.int32();
            lowerBounds.add(cursor.int32());
        }
        List<@Nullable Object> elements = dimensions == 0 ? List.of() : binaryElements(cursor, sizes, 0);
        cursor.finish();
        return subscripted(elements, lowerBounds);
    }

    private List<@Nullable Object> binaryElements(BinaryCursor cursor, int[] sizes, int dimension) {
        int size = sizes[dimension];
        if (size < 0 || size > cursor.remaining() / Integer.BYTES) {
            throw new IllegalArgumentException("%d elements in %d bytes".formatted(size, cursor.remaining()));
        }
        List<@Nullable Object> elements = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            boolean innermost = dimension == sizes.length - 1;
            elements.add(innermost ? cursor.value(element) : binaryElements(cursor, sizes, dimension + 1));
        }
        return Collections.unmodifiableList(elements);
    }
}
