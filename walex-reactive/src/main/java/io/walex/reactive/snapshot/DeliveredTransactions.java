package io.walex.reactive.snapshot;

import io.walex.reactive.snapshot.Visibility.Seen;
import java.util.Arrays;

/** Transactions that were delivered, and that no snapshot is known to show. */
final class DeliveredTransactions {

    /** Beyond, they are told apart no longer: all up to the last of them must be shown. */
    private final int most;

    private int[] xids;
    private long[] commitLsns;
    private int size;

    /** Of those that are told apart no longer. */
    private boolean folded;

    private int foldedXid;
    private long foldedLsn;

    DeliveredTransactions(int most) {
        this.most = most;
        xids = new int[16];
        commitLsns = new long[16];
    }

    private DeliveredTransactions(DeliveredTransactions from) {
        most = from.most;
        xids = Arrays.copyOf(from.xids, from.size);
        commitLsns = Arrays.copyOf(from.commitLsns, from.size);
        size = from.size;
        folded = from.folded;
        foldedXid = from.foldedXid;
        foldedLsn = from.foldedLsn;
    }

    DeliveredTransactions copy() {
        return new DeliveredTransactions(this);
    }

    void add(int xid, long commitLsn) {
        if (size >= most) {
            fold();
        }
        if (size == xids.length) {
            int longer = Math.max(16, Math.min(most, 2 * size));
            xids = Arrays.copyOf(xids, longer);
            commitLsns = Arrays.copyOf(commitLsns, longer);
        }
        xids[size] = xid;
        commitLsns[size++] = commitLsn;
    }

    /** Adds a transaction once for all its changes. */
    void addUnlessLast(int xid, long commitLsn) {
        if (size == 0 || xids[size - 1] != xid || commitLsns[size - 1] != commitLsn) {
            add(xid, commitLsn);
        }
    }

    private void fold() {
        for (int i = 0; i < size; i++) {
            if (!folded || xids[i] - foldedXid > 0) {
                foldedXid = xids[i];
            }
            if (!folded || Long.compareUnsigned(commitLsns[i], foldedLsn) > 0) {
                foldedLsn = commitLsns[i];
            }
            folded = true;
        }
        size = 0;
    }

    boolean areShownBy(Visibility visibility) {
        if (folded && !visibility.showsAllUpTo(foldedXid, foldedLsn)) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (visibility.of(xids[i], commitLsns[i]) != Seen.YES) {
                return false;
            }
        }
        return true;
    }

    void forgetShownBy(Visibility visibility) {
        if (folded && visibility.showsAllUpTo(foldedXid, foldedLsn)) {
            folded = false;
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (visibility.of(xids[i], commitLsns[i]) != Seen.YES) {
                xids[kept] = xids[i];
                commitLsns[kept++] = commitLsns[i];
            }
        }
        size = kept;
    }
}
