package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.config.SnapshotStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/** Outlives a stream, as the process does here. */
final class KeptProgress implements SnapshotStore {

    private final Map<String, String> saved = new ConcurrentHashMap<>();

    @Override
    public Mono<String> load(String key) {
        return Mono.justOrEmpty(saved.get(key));
    }

    @Override
    public Mono<Void> save(String key, String progress) {
        return Mono.fromRunnable(() -> saved.put(key, progress));
    }
}
