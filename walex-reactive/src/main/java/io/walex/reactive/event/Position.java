package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * The identity of an event, the same whenever the event is sent again, and the order of events in the stream.
 *
 * <p>An event's own LSN would not do: rows of a transaction, its Begin and its Commit can share one.
 *
 * @param commitLsn the transaction's commit LSN (a position inside of the record of a logical
 *     message that belongs to no transaction)
 * @param ordinal the event's number among all changes of the transaction, from 0, counted before any filter
 */
public record Position(Lsn commitLsn, int ordinal) implements Comparable<Position> {

    public Position {
        if (ordinal < 0) {
            throw new IllegalArgumentException("The ordinal of a position must not be negative, was " + ordinal);
        }
    }

    /**
     * Parses the form that {@link #toString()} gives: {@code 16/B374D848:3}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Position parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0 || colon + 1 == text.length() || !Character.isDigit(text.charAt(colon + 1))) {
            throw notAPosition(text, null);
        }
        try {
            return new Position(Lsn.parse(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw notAPosition(text, e);
        }
    }

    private static IllegalArgumentException notAPosition(
            String text, @org.jspecify.annotations.Nullable IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a position; expected a form like 16/B374D848:3", cause);
    }

    @Override
    public int compareTo(Position other) {
        int byCommit = commitLsn.compareTo(other.commitLsn);
        return byCommit != 0 ? byCommit : Integer.compare(ordinal, other.ordinal);
    }

    @Override
    public String toString() {
        return commitLsn + ":" + ordinal;
    }
}
