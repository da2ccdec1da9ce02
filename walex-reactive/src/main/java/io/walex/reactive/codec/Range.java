package io.walex.reactive.codec;

import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL range. An infinite bound is null and never inclusive; an empty range has neither bound.
 *
 * @param lower where it starts, null for no bound
 * @param upper where it ends, null for no bound
 * @param lowerInclusive whether {@code lower} belongs to it
 * @param upperInclusive whether {@code upper} belongs to it
 * @param isEmpty whether nothing belongs to it
 */
public record Range<T>(
        @Nullable T lower, @Nullable T upper, boolean lowerInclusive, boolean upperInclusive, boolean isEmpty) {

    private static final Range<?> EMPTY = new Range<>(null, null, false, false, true);

    /** The range that holds nothing. */
    @SuppressWarnings("unchecked") // It has no bound of any type.
    public static <T> Range<T> empty() {
        return (Range<T>) EMPTY;
    }

    /** A range of bounds as PostgreSQL writes them: {@code of("[)", 1, 10)}. */
    public static <T> Range<T> of(String brackets, @Nullable T lower, @Nullable T upper) {
        boolean lowerInclusive = switch (brackets.charAt(0)) {
            case '[' -> true;
            case '(' -> false;
            default -> throw new IllegalArgumentException("\"" + brackets + "\" are not brackets of a range");
        };
        boolean upperInclusive = switch (brackets.charAt(1)) {
            case ']' -> true;
            case ')' -> false;
            default -> throw new IllegalArgumentException("\"" + brackets + "\" are not brackets of a range");
        };
        return new Range<>(lower, upper, lowerInclusive && lower != null, upperInclusive && upper != null, false);
    }

    /** PostgreSQL's text form: {@code [1,10)}, {@code empty}. */
    @Override
    public String toString() {
        return PgText.range(this);
    }
}
