package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * A streamed transaction holds a logical message that may have been rolled back to a savepoint: the server says which rows
 * were, but not which messages. Sent again unstreamed, the transaction comes with what was committed only.
 *
 * <p>Nothing of it was yielded on this connection.
 */
public final class UncertainMessageException extends RuntimeException {

    private final Lsn commitLsn;

    UncertainMessageException(Lsn commitLsn) {
        super(
                "The transaction at %s was streamed with a logical message that may have been rolled back to a savepoint"
                        .formatted(commitLsn),
                null,
                false,
                false);
        this.commitLsn = commitLsn;
    }

    /** Where the transaction commits, or is prepared: as long as this is not confirmed, it must not be streamed. */
    public Lsn commitLsn() {
        return commitLsn;
    }
}
