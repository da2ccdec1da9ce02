package io.walex.reactive.snapshot;

/**
 * What a snapshot of a standby shows. Its text leaves out transactions that run on the primary. But there, commits become
 * visible in the order in which they are replayed.
 *
 * @param replayedBefore the last replayed LSN, asked for before the snapshot
 * @param replayedAfter the last replayed LSN, asked for after the snapshot
 */
record StandbyVisibility(long replayedBefore, long replayedAfter) implements Visibility {

    /**
     * The record behind the last replayed one may be in effect already. It starts there, or behind the header of the next page
     * of the WAL, which has at most so many bytes.
     */
    private static final int PAGE_HEADER = 40;

    @Override
    public Seen of(int xid, long commitLsn) {
        // Replay ends behind a record. So if a record starts before that place, it was replayed.
        if (Long.compareUnsigned(commitLsn, replayedBefore) < 0) {
            return Seen.YES;
        }
        return Long.compareUnsigned(commitLsn, replayedAfter + PAGE_HEADER) > 0 ? Seen.NO : Seen.DOUBT;
    }

    @Override
    public boolean showsAllUpTo(int xid, long commitLsn) {
        return of(xid, commitLsn) == Seen.YES;
    }

    /**
     * Behind where the commit that may be in effect already can start. If nothing more is written, the stream does not come so
     * far. But what is replayed some time later is enough to wait for, too.
     */
    @Override
    public long target() {
        return replayedAfter + PAGE_HEADER + 1;
    }
}
