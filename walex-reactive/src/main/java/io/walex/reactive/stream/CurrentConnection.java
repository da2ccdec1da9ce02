package io.walex.reactive.stream;

import io.walex.reactive.replication.ReplicationConnection;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The replication connection that a subscription has now, if it has one. Streams change on the event loop only. */
final class CurrentConnection {

    private volatile @Nullable ReplicationConnection connection;

    void replace(ReplicationConnection made) {
        connection = made;
    }

    /** Has the stream go on that waited for something; nothing happens when there is none. */
    void resume() {
        ReplicationConnection streaming = connection;
        if (streaming != null) {
            streaming.resume();
        }
    }

    /** Has the server say how far it has come; nothing happens when there is no stream. */
    void askForKeepalive() {
        ReplicationConnection streaming = connection;
        if (streaming != null) {
            streaming.askForKeepalive();
        }
    }

    /** Has the stream fail; nothing happens when there is none. */
    void fail(Throwable error) {
        ReplicationConnection streaming = connection;
        if (streaming != null) {
            streaming.fail(error);
        }
    }

    /**
     * Has the stream complete.
     *
     * @return false when there is none that can
     */
    boolean complete() {
        ReplicationConnection streaming = connection;
        return streaming != null && streaming.complete();
    }

    /** Closes the connection when it is subscribed to; completes at once when there is none. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            ReplicationConnection last = connection;
            return last == null ? Mono.empty() : last.close();
        });
    }
}
