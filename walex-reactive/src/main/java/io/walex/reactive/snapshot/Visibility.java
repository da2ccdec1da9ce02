package io.walex.reactive.snapshot;

/**
 * Which transactions the rows of a chunk show. A server's later chunks show all that an earlier one shows.
 *
 * <p>LSNs compare as unsigned numbers. A transaction is known by its top-level id, of which the stream gives 32 bits, and by
 * where its commit record starts.
 */
sealed interface Visibility permits PrimaryVisibility, StandbyVisibility {

    enum Seen {
        YES,
        NO,
        /** The server did not tell. */
        DOUBT
    }

    Seen of(int xid, long commitLsn);

    /** Whether the rows show every transaction that committed and has neither a later id nor a later commit than these. */
    boolean showsAllUpTo(int xid, long commitLsn);

    /** When the stream has delivered all that committed before this LSN, it has delivered all that the rows show. */
    long target();
}
