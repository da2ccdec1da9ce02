package io.walex.reactive.snapshot;

record StandbyVisibility(long replayedBefore, long replayedAfter) implements Visibility {

    @Override
    public Seen of(int xid, long commitLsn) {
        return Seen.DOUBT;
    }

    @Override
    public long target() {
        return replayedAfter;
    }
}
