package io.walex.reactive.event;

import io.walex.reactive.codec.ColumnCodec;
import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Short values that were decoded not long ago, so that what comes again (most of an update's old row, a status, a
 * customer's name) is the same object, neither decoded nor allocated again. A table of fixed size, in which a value takes
 * the place of another.
 *
 * <p>Confined to the thread that made it; on others, values are decoded each time.
 */
final class RecurringValues {

    private static final int PLACES = 512;
    private static final int LONGEST = 32;

    private final Thread owner = Thread.currentThread();
    private final byte[] forms = new byte[PLACES * LONGEST];
    private final byte[] lengths = new byte[PLACES];
    private final @Nullable ColumnCodec[] codecs = new ColumnCodec[PLACES];
    private final Object[] values = new Object[PLACES];

    /** Decodes the value of a column, or finds it. The thread and the codec are the same, or are others. */
    @SuppressWarnings("ReferenceEquality")
    Object fromText(ColumnCodec codec, Recurrence recurrence, byte[] bytes, int offset, int length) {
        if (length > LONGEST || Thread.currentThread() != owner || !recurrence.isLikely()) {
            return codec.fromText(bytes, offset, length);
        }
        int place = place(bytes, offset, length);
        int form = place * LONGEST;
        if (codecs[place] == codec
                && lengths[place] == length
                && Arrays.equals(forms, form, form + length, bytes, offset, offset + length)) {
            recurrence.found();
            return values[place];
        }
        recurrence.missed();
        Object value = codec.fromText(bytes, offset, length);
        if (isWorthIt(value)) {
            codecs[place] = codec;
            lengths[place] = (byte) length;
            System.arraycopy(bytes, offset, forms, form, length);
            values[place] = value;
        }
        return value;
    }

    private static int place(byte[] bytes, int offset, int length) {
        int hash = length;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return (hash ^ hash >>> 9 ^ hash >>> 18) & PLACES - 1;
    }

    private static boolean isWorthIt(Object value) {
        return value instanceof String
                || value instanceof Long
                || value instanceof BigDecimal
                || value instanceof Temporal
                || value instanceof UUID;
    }
}
