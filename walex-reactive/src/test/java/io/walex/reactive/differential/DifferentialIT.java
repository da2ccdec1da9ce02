package io.walex.reactive.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.OriginFilter;
import io.walex.reactive.WalEx;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What comes out of the stream, applied to an empty copy of the schema, gives the same tables: in every protocol version
 * and option combination that the server knows.
 */
class DifferentialIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARALLEL = 2;
    private static final Map<String, String> SETTINGS = Map.of(
            "logical_decoding_work_mem", "64kB",
            "max_replication_slots", "300");

    @ParameterizedTest(name = "PostgreSQL {0}: {1} combinations")
    @CsvSource({"14, 24", "15, 72", "16, 288", "17, 288", "18, 288"})
    void appliedEventsGiveTheSourceTables(int major, int count) throws Exception {
        List<Combination> combinations = Combination.knownTo(major);
        assertThat(combinations).hasSize(count);
        try (PostgresServer server = PostgresServer.start(major, SETTINGS)) {
            Workload workload = new Workload(major);
            TestDatabase source = server.createDatabase();
            workload.prepare(source);
            source.execute(combinations.stream().map(Combination::createSlot).toArray(String[]::new));
            workload.run(source);
            Map<OriginFilter, Map<String, String>> expected = expected(workload, source);

            try (Copies copies = new Copies(server.createDatabase(), workload.copySchema())) {
                inParallel(combinations, combination -> {
                    Replica replica = read(combination, source);
                    assertThat(copies.after(replica.changes()))
                            .as("%s", combination)
                            .isEqualTo(expected.get(combination.origin()));
                    assertThat(replica.messages()).as("%s", combination).isEqualTo(workload.messages(combination));
                });
            }
        }
    }

    private static Replica read(Combination combination, TestDatabase source) {
        Replica replica = new Replica(combination.twoPhase());
        WalEx.changes(combination.config(source).build())
                .takeUntil(event -> event.name().equals(Workload.END))
                .doOnNext(replica::receive)
                .blockLast(PATIENCE);
        return replica;
    }

    private static Map<OriginFilter, Map<String, String>> expected(Workload workload, TestDatabase source)
            throws SQLException {
        Map<OriginFilter, Map<String, String>> expected = new EnumMap<>(OriginFilter.class);
        try (Connection connection = source.jdbc()) {
            for (OriginFilter origin : OriginFilter.values()) {
                expected.put(origin, Contents.of(connection, workload.visible(origin)));
            }
        }
        assertThat(expected.get(OriginFilter.ANY).get("bulk")).isNotEqualTo("0:");
        return expected;
    }

    private static void inParallel(List<Combination> combinations, Check check) throws Exception {
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

    /** Checks one way to stream. */
    @FunctionalInterface
    private interface Check {
        void accept(Combination combination) throws Exception;
    }
}
