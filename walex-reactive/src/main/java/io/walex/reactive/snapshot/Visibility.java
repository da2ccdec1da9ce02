package io.walex.reactive.snapshot;

/** Which transactions a chunk's rows show. */
sealed interface Visibility permits PrimaryVisibility, StandbyVisibility {
    enum Seen {
        YES,
        NO,
        DOUBT
    }

    Seen of(int xid, long commitLsn);

    long target();
}
