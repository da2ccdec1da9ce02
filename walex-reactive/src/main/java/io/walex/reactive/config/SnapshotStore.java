package io.walex.reactive.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * Remembers how far snapshots are. One that was interrupted goes on from there, and one that has completed does not start
 * again.
 *
 * <p>What is stored is a text of a few kilobytes, under a key that names the stream and the snapshot. It is written after
 * the consumer has acknowledged what the text says is done. A process that ends between the two reads those rows again. The
 * text may hold keys of rows, so it is as secret as they are.
 *
 * <p>Stores in a directory and in a table are made by {@code io.walex.reactive.snapshot.SnapshotStores}.
 */
public interface SnapshotStore {

    /** What was saved last under the key; empty when nothing was. If it fails, the snapshot does not start. */
    Mono<String> load(String key);

    /**
     * Replaces what was saved under the key, as a whole or not at all. It completes when the new text would outlive a crash:
     * the server may then forget what the text accounts for. For one key it is called again only after that. If it fails,
     * that is logged and tried again; the snapshot waits meanwhile, and the stream goes on.
     */
    Mono<Void> save(String key, String progress);

    /** Whether what was saved is there when the process starts again. */
    default boolean isDurable() {
        return true;
    }

    /** Forgets with the process. It is for a temporary slot, whose stream begins anew each time too. */
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
