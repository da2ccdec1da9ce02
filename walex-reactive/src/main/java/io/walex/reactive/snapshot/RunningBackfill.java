package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A backfill as its owner sees it. */
record RunningBackfill(RunningSnapshot snapshot, SubscriptionLoop loop) implements Backfill {

    @Override
    public String name() {
        return snapshot.name();
    }

    @Override
    public Flux<SnapshotReport> progress() {
        return snapshot.reports();
    }

    @Override
    public void pause() {
        loop.execute(snapshot::pause);
    }

    @Override
    public void resume() {
        loop.execute(snapshot::goOn);
    }

    @Override
    public void cancel() {
        loop.execute(snapshot::cancel);
    }

    @Override
    public Mono<Void> completed() {
        return snapshot.over();
    }

    @Override
    public String toString() {
        return "backfill " + name();
    }
}
