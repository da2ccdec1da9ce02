package io.walex.reactive.examples.quickstart;

import io.walex.reactive.config.SnapshotStore;
import reactor.core.publisher.Mono;

/** How far a snapshot of the embedded PostgreSQL is: it lives as long as that, and so leaves nothing behind. */
final class DemoProgress implements SnapshotStore {

    private final SnapshotStore memory = SnapshotStore.inMemory();

    @Override
    public Mono<String> load(String key) {
        return memory.load(key);
    }

    @Override
    public Mono<Void> save(String key, String progress) {
        return memory.save(key, progress);
    }

    /** As the durable slot is, which is gone with the database too. */
    @Override
    public boolean isDurable() {
        return true;
    }
}
