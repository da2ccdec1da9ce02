package io.walex.reactive;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Instances by name. Each has its own connections, event loops, slot and middleware. They share nothing, so the failure
 * or stall of one does not touch another. Thread-safe.
 */
public final class WalExInstances implements AutoCloseable {

    private final Map<String, WalEx> byName = new ConcurrentHashMap<>();

    /**
     * Makes an instance and keeps it under {@link WalExConfig#name()} until it is closed, here or by itself.
     *
     * @throws InvalidConfigException when there is an instance of that name, or one with the same durable slot in the
     *     same database
     */
    public synchronized WalEx create(WalExConfig config) {
        for (WalEx other : byName.values()) {
            requireDifferent(config, other.config());
        }
        WalEx instance = new StreamingWalEx(config, closing -> byName.remove(config.name(), closing));
        byName.put(config.name(), instance);
        return instance;
    }

    private static void requireDifferent(WalExConfig config, WalExConfig other) {
        if (config.name().equals(other.name())) {
            throw new InvalidConfigException(
                    "There is an instance named \"%s\" already; give this one another name".formatted(config.name()),
                    null);
        }
        boolean sameDatabase = config.host().equals(other.host())
                && config.port() == other.port()
                && config.database().equals(other.database());
        if (sameDatabase
                && config.slot() instanceof SlotSpec.Durable mine
                && other.slot() instanceof SlotSpec.Durable theirs
                && mine.name().equals(theirs.name())) {
            throw new InvalidConfigException(
                    "Instances \"%s\" and \"%s\" cannot share %s; give each its own"
                            .formatted(other.name(), config.name(), mine),
                    null);
        }
    }

    /** The instance of that name; empty when there is none. */
    public Optional<WalEx> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The names in use, sorted. */
    public List<String> names() {
        return byName.keySet().stream().sorted().toList();
    }

    /** Closes an instance gracefully and frees its name; does nothing when there is none. Never fails. */
    public Mono<Void> close(String name) {
        return Mono.defer(() -> {
            WalEx instance = byName.remove(name);
            return instance == null ? Mono.empty() : instance.closeGracefully();
        });
    }

    /** Closes all instances as {@link WalEx#closeGracefully()} does, side by side. */
    public Mono<Void> closeGracefully() {
        return Flux.defer(() -> Flux.fromIterable(names())).flatMap(this::close).then();
    }

    /** Starts {@link #closeGracefully()} without waiting for it. */
    @Override
    public void close() {
        names().forEach(name -> {
            WalEx instance = byName.remove(name);
            if (instance != null) {
                instance.close();
            }
        });
    }
}
