package io.walex.reactive.spool;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.pgoutput.Lsn;
import reactor.core.publisher.Mono;

/**
 * Whether a server's history contains what a spool knows. Where it does not, its LSNs name other transactions, and those
 * would be taken for known ones and confirmed unread.
 */
final class SpoolHistory {

    private final SpoolStore store;

    SpoolHistory(SpoolStore store) {
        this.store = store;
    }

    /** Fails with a {@link SpoolException} when it does not. A standby is on the timeline of its primary. */
    Mono<Void> requireContinuedBy(Middleware.Server server) {
        return Mono.defer(() -> {
            store.requireCluster(server.systemIdentifier());
            int known = store.timeline();
            int timeline = server.timeline();
            if (timeline == 0 || timeline == known) {
                return Mono.empty();
            }
            Mono<Void> continued = known == 0
                    ? Mono.empty()
                    : server.endOf(known)
                            .doOnNext(end -> requireBefore(end, known, timeline))
                            .then();
            return continued.then(Mono.fromRunnable(() -> store.continueOn(timeline)));
        });
    }

    /** A new slot begins now: what was committed since the last transaction that is known would be missing unnoticed. */
    void requireNone(WalExConfig config) {
        Lsn last = store.lastKnown();
        if (!last.equals(Lsn.INVALID)) {
            throw new SpoolException(
                    "The %s of the spool in %s does not exist: what was committed after %s, the last transaction that the spool knows, cannot be had any more. To go on without it, and with what waits in the spool, make the slot by WalEx.setup(config); to start anew, delete the directory"
                            .formatted(config.slot(), store.directory(), last),
                    null);
        }
    }

    /** Of a transaction it is known where its commit record begins, and a timeline ends between records. */
    private void requireBefore(Lsn end, int known, int timeline) {
        Lsn last = store.lastKnown();
        if (!last.equals(Lsn.INVALID) && !end.isAfter(last)) {
            throw new SpoolException(
                    "The spool in %s has transactions of timeline %d up to %s, which the server on timeline %d lacks: %s. It was promoted or restored without committed changes; start with another directory, or delete this one if what waits in it may be lost, and set synchronized_standby_slots on the primary"
                            .formatted(
                                    store.directory(),
                                    known,
                                    last,
                                    timeline,
                                    end.equals(Lsn.INVALID)
                                            ? "it was never on that timeline"
                                            : "its history leaves that timeline at " + end),
                    null);
        }
    }
}
