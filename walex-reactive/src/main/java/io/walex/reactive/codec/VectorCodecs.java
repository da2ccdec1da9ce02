package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** pgvector's types. Lists rather than arrays, so that equal vectors are equal. */
final class VectorCodecs {

    static final ColumnCodec VECTOR = vector(BinaryCursor::float4);
    static final ColumnCodec HALFVEC = vector(cursor -> half(cursor.int16()));
    static final ColumnCodec SPARSEVEC = new FormsCodec(BytesCodecs::text, VectorCodecs::sparse);

    private VectorCodecs() {}

    private static ColumnCodec vector(ToDoubleFunction<BinaryCursor> element) {
        return new FormsCodec(VectorCodecs::text, (bytes, offset, length) -> binary(element, bytes, offset, length));
    }

    private static List<Float> text(byte[] bytes, int offset, int length) {
        TextCursor cursor = new TextCursor(bytes, offset, length);
        List<Float> elements = new ArrayList<>();
        cursor.expect('[');
        if (!cursor.skip(']')) {
            do {
                cursor.readToken(',', ']');
                elements.add((Float) cursor.token(NumberCodecs.FLOAT4));
            } while (cursor.skip(','));
            cursor.expect(']');
        }
        cursor.finish();
        return Collections.unmodifiableList(elements);
    }

    private static List<Float> binary(ToDoubleFunction<BinaryCursor> element, byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int dimensions = cursor.int16() & 0xFFFF;
        cursor.int16(); // reserved
        List<Float> elements = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            elements.add((float) element.applyAsDouble(cursor));
        }
        cursor.finish();
        return Collections.unmodifiableList(elements);
    }

    /** IEEE 754 binary16. */
    private static float half(int bits) {
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        float magnitude = switch (exponent) {
            case 0 -> Math.scalb((float) fraction, -24);
            case 0x1F -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Math.scalb((float) (fraction | 0x400), exponent - 25);
        };
        return bits << 16 < 0 ? -magnitude : magnitude;
    }

    /** {@code {1:1.5,3:2}/5}: indices from 1, then the dimensions. */
    private static String sparse(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int dimensions = cursor.int32();
        int count = cursor.int32();
        cursor.int32(); // reserved
        if (count < 0 || count != cursor.remaining() / (Integer.BYTES + Float.BYTES)) {
            throw new IllegalArgumentException("%d elements in %d bytes".formatted(count, cursor.remaining()));
        }
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = cursor.int32() + 1;
        }
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(indices[i]).append(':').append(PgText.of(cursor.float4()));
        }
        cursor.finish();
        return text.append("}/").append(dimensions).toString();
    }
}
