package io.walex.reactive.snapshot;

import java.util.Set;

record PrimaryVisibility(long xmin, long xmax, Set<Long> running, long insertLsn) implements Visibility {

    @Override
    public Seen of(int xid, long commitLsn) {
        long full = xmax + (xid - (int) xmax);
        return full < xmin || full < xmax && !running.contains(full) ? Seen.YES : Seen.NO;
    }

    @Override
    public long target() {
        return insertLsn;
    }
}
