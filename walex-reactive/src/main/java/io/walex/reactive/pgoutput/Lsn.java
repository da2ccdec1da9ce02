package io.walex.reactive.pgoutput;

/**
 * A log sequence number: a byte position in PostgreSQL's write-ahead log, compared as an unsigned 64-bit number.
 *
 * <p>Its text form is PostgreSQL's own, two hexadecimal halves: {@code 16/B374D848}.
 *
 * @param value the unsigned position
 * @see <a href="https://www.postgresql.org/docs/current/datatype-pg-lsn.html">pg_lsn</a>
 */
public record Lsn(long value) implements Comparable<Lsn> {

    /** {@code 0/0}: no position, before everything. */
    public static final Lsn INVALID = new Lsn(0);

    /** Returns the LSN at the given unsigned position. */
    public static Lsn of(long value) {
        return value == 0 ? INVALID : new Lsn(value);
    }

    /**
     * Parses PostgreSQL's text form.
     *
     * @throws IllegalArgumentException when the text is not two hexadecimal numbers of 1 to 8 digits with a slash between
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        return of(half(text, 0, slash) << 32 | half(text, slash + 1, text.length()));
    }

    private static long half(String text, int from, int to) {
        if (to - from < 1 || to - from > 8) {
            throw notAnLsn(text);
        }
        long half = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') {
                throw notAnLsn(text);
            }
            half = half << 4 | digit;
        }
        return half;
    }

    private static IllegalArgumentException notAnLsn(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not an LSN; expected a form like 16/B374D848");
    }

    /** Whether this position comes after the other. */
    public boolean isAfter(Lsn other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    /** PostgreSQL's text form, which {@link #parse} reads back. */
    @Override
    public String toString() {
        return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(value & 0xFFFFFFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
