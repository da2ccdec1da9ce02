package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The transactions that were received in part or whole and whose outcome is open. */
final class UncommittedTransactions {

    private final SpoolSpace space;
    private final Map<Integer, TransactionSpool> streamed = new HashMap<>();
    private final Map<String, TransactionSpool> prepared = new HashMap<>();
    private @Nullable TransactionSpool receiving;

    UncommittedTransactions(SpoolSpace space) {
        this.space = space;
    }

    /** Whether changes that come now belong to such a transaction. */
    boolean isReceiving() {
        return receiving != null;
    }

    /** Whether a streamed block is open. */
    boolean isStreaming() {
        return receiving != null && receiving.withXids();
    }

    void receive(ByteBuf payload, long walStart) {
        if (receiving == null) {
            throw new IllegalStateException("No uncommitted transaction is being received");
        }
        receiving.append(payload, walStart);
    }

    void streamStart(int xid) {
        receiving = streamed.computeIfAbsent(xid, started -> new TransactionSpool(space, true));
    }

    void streamStop() {
        receiving = null;
    }

    void streamAbort(int xid, int subXid) {
        if (xid == subXid) {
            TransactionSpool aborted = streamed.remove(xid);
            if (aborted != null) {
                aborted.close();
            }
        } else {
            TransactionSpool running = streamed.get(xid);
            if (running != null) {
                running.abort(subXid);
            }
        }
    }

    /** Hands over a streamed transaction, which the caller closes; an empty one if nothing of it was streamed. */
    TransactionSpool take(int xid) {
        TransactionSpool taken = streamed.remove(xid);
        return taken == null ? new TransactionSpool(space, true) : taken;
    }

    void beginPrepare() {
        receiving = new TransactionSpool(space, false);
    }

    void prepared(String gid) {
        TransactionSpool whole = receiving;
        receiving = null;
        if (whole != null) {
            prepared(gid, whole);
        }
    }

    void prepared(String gid, TransactionSpool whole) {
        TransactionSpool replaced = prepared.put(gid, whole);
        if (replaced != null) {
            replaced.close();
        }
    }

    /** Hands over a prepared transaction, which the caller closes; null when it was never received. */
    @Nullable
    TransactionSpool takePrepared(String gid) {
        return prepared.remove(gid);
    }

    void clear() {
        if (receiving != null) {
            receiving.close();
            receiving = null;
        }
        streamed.values().forEach(TransactionSpool::close);
        streamed.clear();
        prepared.values().forEach(TransactionSpool::close);
        prepared.clear();
    }
}
