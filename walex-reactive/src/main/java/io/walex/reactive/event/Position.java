package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * The identity of an event, the same whenever the event is sent again, and the order of events in the stream.
 *
 * <p>It says where the write-ahead log holds the change. So it does not depend on how the server sends the change:
 * streamed or whole, in which protocol version, in text or binary, with or without logical messages, at {@code COMMIT
 * PREPARED} by itself or kept since {@code PREPARE TRANSACTION}, for which subscription and publication.
 *
 * <p>Two things decide over it beside the log:
 *
 * <ul>
 *   <li>With {@link TwoPhase#AT_PREPARE} a transaction commits, for its position, where it is prepared.
 *   <li>One record may hold several rows ({@code COPY}, a {@code TRUNCATE} of several tables). Only those that the
 *       publication lets through are numbered.
 * </ul>
 *
 * <p>A row of a snapshot has the place at which it was read: behind the transaction before it, and before the next one. It
 * may be read again, and has another position then, or that of another row. So whoever recognises repetitions by positions
 * must take such rows for new ones.
 *
 * <p>An event's own LSN would not do. Rows of one record share it, and a transaction comes as a whole, after all that
 * committed before it.
 *
 * @param commitLsn the transaction's commit LSN; of a logical message that belongs to no transaction, a position inside
 *     of its record
 * @param ordinal the event's place within the transaction: the address in the write-ahead log of one byte of the record
 *     that holds the change, another byte for each change of a record. Ordinals grow within a transaction; they start
 *     anywhere and leave gaps
 */
public record Position(Lsn commitLsn, long ordinal) implements Comparable<Position> {

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
            return new Position(Lsn.parse(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
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
        return byCommit != 0 ? byCommit : Long.compare(ordinal, other.ordinal);
    }

    @Override
    public String toString() {
        return commitLsn + ":" + ordinal;
    }
}
