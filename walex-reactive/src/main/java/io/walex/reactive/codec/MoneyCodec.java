package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * {@code money}: a {@code BigDecimal} of the given scale. The text form is the locale's, with symbols and separators
 * anywhere; what does not fit the scale stays text rather than come out a hundredfold.
 */
record MoneyCodec(int scale) implements ColumnCodec {

    /** Every locale's last group of digits before the point has three. */
    private static final int GROUP = 3;

    @Override
    public Object fromText(byte[] bytes, int offset, int length) {
        String text = BytesCodecs.text(bytes, offset, length);
        StringBuilder digits = new StringBuilder();
        int sinceSeparator = -1;
        boolean negative = false;
        for (int i = 0; i < text.length(); i++) {
            char current = text.charAt(i);
            if (current >= '0' && current <= '9') {
                digits.append(current);
                sinceSeparator += sinceSeparator >= 0 ? 1 : 0;
            } else {
                negative |= current == '-' || current == '(' || current == '\u2212';
                boolean within = !digits.isEmpty() && i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
                sinceSeparator = within ? 0 : sinceSeparator;
            }
        }
        boolean fits = scale == 0 ? sinceSeparator == -1 || sinceSeparator == GROUP : sinceSeparator == scale;
        if (digits.isEmpty() || !fits) {
            return text;
        }
        BigInteger unscaled = new BigInteger(digits.toString());
        return new BigDecimal(negative ? unscaled.negate() : unscaled, scale);
    }

    @Override
    public Object fromBinary(byte[] bytes, int offset, int length) {
        return BigDecimal.valueOf(BinaryCursor.int64(bytes, offset, length), scale);
    }
}
