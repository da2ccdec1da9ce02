package io.walex.reactive.snapshot;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.pgoutput.Lsn;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** What an earlier process has saved of a snapshot, and whether it is of use. */
record SavedProgress(Work work) {

    private static final Logger LOG = LoggerFactory.getLogger("io.walex.reactive.WalEx");

    /** What was saved for the same work and is part of the server's history; empty when nothing is. */
    Mono<Optional<SnapshotProgress>> load(Middleware.Server from) {
        return Mono.defer(() -> work.store().load(work.key()))
                .map(text -> SnapshotProgress.parse(text, work.key()))
                .filterWhen(saved -> holds(saved.systemIdentifier(), saved.timeline(), saved.lsn(), from))
                .filter(saved -> work.whole() || saved.spec().equals(work.spec()))
                // Tables that were added to an initial snapshot are still to be read.
                .map(saved -> saved.spec().equals(work.spec()) ? saved : saved.reopened())
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .onErrorMap(error -> !(error instanceof SnapshotException), this::unreadable);
    }

    /** Has nothing of what was saved count any more, safely. */
    Mono<Void> forget(Middleware.Server from) {
        SnapshotProgress nothing = new SnapshotProgress(
                work.key(),
                work.name(),
                Long.toHexString(ThreadLocalRandom.current().nextLong()),
                work.spec(),
                from.systemIdentifier(),
                from.timeline(),
                Lsn.INVALID,
                false,
                List.of());
        return Mono.defer(() -> work.store().save(work.key(), nothing.toJson()))
                .onErrorMap(
                        error -> !(error instanceof SnapshotException),
                        error -> new SnapshotException(
                                "Progress of the snapshot \"%s\" cannot be saved in %s: %s; the snapshot does not begin before it can"
                                        .formatted(work.name(), work.store(), error.getMessage()),
                                error));
    }

    private SnapshotException unreadable(Throwable error) {
        return new SnapshotException(
                "Progress of the snapshot \"%s\" cannot be read from %s: %s; without it, rows would be read again or left out"
                        .formatted(work.name(), work.store(), error.getMessage()),
                error);
    }

    /**
     * Whether what was read is part of the server's history.
     *
     * @param lsn the highest that a chunk waited for
     */
    Mono<Boolean> holds(String system, int timeline, Lsn lsn, Middleware.Server from) {
        if (!system.equals(from.systemIdentifier())) {
            LOG.info("Snapshot \"{}\" was begun on another database cluster, and begins again", work.name());
            return Mono.just(false);
        }
        if (timeline == from.timeline() || timeline == 0 || from.timeline() == 0) {
            return Mono.just(true);
        }
        return from.endOf(timeline).map(end -> {
            if (lsn.isAfter(end)) {
                LOG.info(
                        "Snapshot \"{}\" has read rows that were lost with timeline {}, and begins again",
                        work.name(),
                        timeline);
                return false;
            }
            return true;
        });
    }

    /** The progress, unless rows that were moved to where it was read before, while nobody looked, may have left columns out. */
    @Nullable
    SnapshotProgress usable(Optional<SnapshotProgress> saved, List<SourceTable> sources) {
        boolean missed = !work.whole() && sources.stream().anyMatch(SourceTable::leavesOut);
        return missed ? null : saved.orElse(null);
    }
}
