package io.walex.reactive.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A server on which the workload has run, with a slot from before it for each way to read it. */
final class Differential implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PARALLEL = 2;
    private static final Map<String, String> SETTINGS = Map.of(
            "logical_decoding_work_mem", "64kB",
            "max_replication_slots", "300");

    private final Workload workload;
    private final PostgresServer server;
    private final TestDatabase source;
    private final Copies copies;
    private final Map<OriginFilter, Map<String, String>> expected = new EnumMap<>(OriginFilter.class);

    /** Of those that were read first, by {@link Combination#sameEvents()}. */
    private final Map<Object, List<String>> positions = new ConcurrentHashMap<>();

    Differential(int major, List<Combination> combinations) throws SQLException {
        workload = new Workload(major);
        server = PostgresServer.start(major, SETTINGS);
        source = server.createDatabase();
        workload.prepare(source);
        source.execute(combinations.stream().map(Combination::createSlot).toArray(String[]::new));
        workload.run(source);
        try (Connection connection = source.jdbc()) {
            for (OriginFilter origin : OriginFilter.values()) {
                expected.put(origin, Contents.of(connection, workload.visible(origin)));
            }
        }
        copies = new Copies(server.createDatabase(), workload.copySchema());
    }

    TestDatabase source() {
        return source;
    }

    /** An event where it stands. */
    private record Placed(
            EventType type, String name, @Nullable String gid, String text) {

        static Placed of(Event event) {
            return new Placed(
                    event.type(),
                    event.name(),
                    event.gid(),
                    event.position() + " " + event.type() + " " + event.name());
        }

        /**
         * Of a prepared transaction that was rolled back by the time that it is decoded again, the server may send a part, or
         * nothing, of its changes.
         */
        static List<String> ofWhatStayed(List<Placed> all) {
            Set<String> undone = all.stream()
                    .filter(event -> event.type == EventType.ROLLBACK_PREPARED)
                    .map(Placed::name)
                    .collect(Collectors.toSet());
            return all.stream()
                    .filter(event -> event.gid == null
                            || event.type == EventType.ROLLBACK_PREPARED
                            || !undone.contains(event.gid))
                    .map(Placed::text)
                    .toList();
        }
    }

    /** Reads everything, applies it to a copy, and compares; positions too, with those that were read otherwise. */
    void assertSame(Combination combination, WalExConfig config, Consumer<Event> onEvent) throws SQLException {
        Replica replica = new Replica(combination.twoPhase());
        List<Placed> all = new ArrayList<>();
        WalEx.changes(config)
                .takeUntil(event -> event.name().equals(Workload.END))
                .doOnNext(replica::receive)
                .doOnNext(event -> all.add(Placed.of(event)))
                .doOnNext(onEvent)
                .blockLast(PATIENCE);
        assertThat(copies.after(replica.changes())).as("%s", combination).isEqualTo(expected.get(combination.origin()));
        assertThat(replica.messages()).as("%s", combination).isEqualTo(workload.messages(combination));
        List<String> placed = Placed.ofWhatStayed(all);
        List<String> known = positions.putIfAbsent(combination.sameEvents(), placed);
        assertThat(placed).as("%s", combination).isEqualTo(known == null ? placed : known);
    }

    /** Runs a check of each combination, some at the same time. */
    static void forEach(List<Combination> combinations, Check check) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(PARALLEL);
        try {
            List<Callable<Void>> checks = new ArrayList<>();
            for (Combination combination : combinations) {
                checks.add(() -> {
                    check.accept(combination);
                    return null;
                });
            }
            for (Future<Void> result : executor.invokeAll(checks)) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Checks one way to read. */
    @FunctionalInterface
    interface Check {
        void accept(Combination combination) throws Exception;
    }

    @Override
    public void close() throws SQLException {
        copies.close();
        server.close();
    }
}
