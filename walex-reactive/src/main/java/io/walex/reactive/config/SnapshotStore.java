package io.walex.reactive.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * Remembers how far snapshots are, for one that was interrupted to go on and for one that has completed not to start again.
 *
 * <p>What is stored is text of a few kilobytes, by a key that names the stream and the snapshot. Writing comes after the
 * consumer has acknowledged what the text says is done. A process that ends between the two reads those rows again.
 *
 * <p>Stores in a directory and in a table are in {@code io.walex.reactive.snapshot.SnapshotStores}.
 */
public interface SnapshotStore {

    /** What was saved last; empty when nothing was. A failure fails the start of the snapshot. */
    Mono<String> load(String key);

    /**
     * Replaces what was saved; completes when it is safe. Called again only after that. A failure is logged, and saving is
     * tried again; the snapshot waits meanwhile, and the stream goes on.
     */
    Mono<Void> save(String key, String progress);

    /** Whether what was saved is there when the process starts again. */
    default boolean isDurable() {
        return true;
    }

    /** Forgets with the process: for a temporary slot, whose stream begins anew each time too. */
    static SnapshotStore inMemory() {
        Map<String, String> saved = new ConcurrentHashMap<>();
        return new SnapshotStore() {
            @Override
            public Mono<String> load(String key) {
                return Mono.justOrEmpty(saved.get(key));
            }

            @Override
            public Mono<Void> save(String key, String progress) {
                return Mono.fromRunnable(() -> saved.put(key, progress));
            }

            @Override
            public boolean isDurable() {
                return false;
            }

            @Override
            public String toString() {
                return "inMemory";
            }
        };
    }
}
