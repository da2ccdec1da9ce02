package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code int2vector} and {@code oidvector}: text of numbers between blanks; an array in binary, always from 0. */
record ListCodec(ColumnCodec element) implements ColumnCodec {

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        List<Object> elements = new ArrayList<>();
        while (!cursor.atEnd()) {
            cursor.readToken(' ', ' ');
            elements.add(cursor.token(element));
            cursor.skip(' ');
        }
        return Collections.unmodifiableList(elements);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        List<?> elements = (List<?>) new ArrayCodec(element, ',').fromBinary(bytes, offset, length);
        return Collections.unmodifiableList(new ArrayList<>(elements));
    }
}
