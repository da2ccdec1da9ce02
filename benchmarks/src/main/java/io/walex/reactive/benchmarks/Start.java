package io.walex.reactive.benchmarks;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.report.StartCell;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.config.WalExConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * How long it takes from subscribing to streaming, and to preflight, with large schemas that were never analyzed. One table
 * is subscribed to, of a publication for all. Schemas take turns, so that a slow minute of the machine is one of all.
 */
final class Start {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WARM_UPS = 10;

    private final BenchmarkServer server;
    private final int passes;

    Start(BenchmarkServer server, int passes) {
        this.server = server;
        this.passes = passes;
    }

    /** One database. */
    private record Schema(String label, String database, int tables, int columns) {}

    private static final List<Schema> SCHEMAS = List.of(
            new Schema("1 table of 2 columns", "start_one", 1, 2),
            new Schema("1,000 tables of 40 columns", "start_many", 1_000, 40),
            new Schema("1,800 tables of 150 columns", "start_large", 1_800, 150),
            new Schema("1 table of 1,600 columns", "start_wide", 1, 1_600),
            new Schema("10,000 tables of 2 columns", "start_numerous", 10_000, 2));

    List<StartCell> run() {
        SCHEMAS.forEach(this::make);
        Map<String, List<Double>> starts = new LinkedHashMap<>();
        Map<String, List<Double>> preflights = new LinkedHashMap<>();
        for (int i = 0; i < WARM_UPS; i++) {
            millis(start(SCHEMAS.get(0)));
            millis(preflight(SCHEMAS.get(0)));
        }
        for (int pass = 0; pass < passes; pass++) {
            for (Schema schema : SCHEMAS) {
                take(starts, schema, start(schema), pass);
                take(preflights, schema, preflight(schema), pass);
            }
        }
        List<StartCell> cells = new ArrayList<>();
        starts.forEach((schema, millis) -> cells.add(new StartCell(schema, "streaming", millis)));
        preflights.forEach((schema, millis) -> cells.add(new StartCell(schema, "preflight", millis)));
        cells.forEach(cell -> System.err.println("  " + cell));
        return cells;
    }

    /** What was not ready in time is not waited for again. */
    private static void take(Map<String, List<Double>> taken, Schema schema, Mono<Long> nanos, int pass) {
        List<Double> millis = taken.computeIfAbsent(schema.label, label -> new ArrayList<>());
        if (millis.size() < pass) {
            return;
        }
        try {
            millis.add(millis(nanos));
        } catch (RuntimeException e) {
            System.err.println("  " + schema.label + ": " + e.getMessage());
            millis.clear();
        }
    }

    private static double millis(Mono<Long> nanos) {
        Long taken = nanos.block(PATIENCE);
        return taken == null ? Double.NaN : taken / 1e6;
    }

    private Mono<Long> start(Schema schema) {
        return Mono.defer(() -> {
            WalEx walex = WalEx.create(config(schema));
            long begin = System.nanoTime();
            Disposable stream = walex.changes().subscribe(event -> {}, error -> {});
            return walex.awaitStreaming()
                    .then(Mono.fromSupplier(() -> System.nanoTime() - begin))
                    .delayUntil(taken -> walex.closeGracefully())
                    .doFinally(signal -> stream.dispose());
        });
    }

    private Mono<Long> preflight(Schema schema) {
        return Mono.defer(() -> {
            long begin = System.nanoTime();
            return WalEx.preflight(config(schema)).map(found -> System.nanoTime() - begin);
        });
    }

    private WalExConfig config(Schema schema) {
        return WalExConfig.fromUrl("postgresql://postgres@127.0.0.1:%d/%s".formatted(server.port(), schema.database))
                .name("start")
                .publication("events")
                .subscribe("t1")
                .build();
    }

    private void make(Schema schema) {
        server.execute("postgres", List.of("CREATE DATABASE " + schema.database));
        server.execute(
                schema.database,
                List.of("""
                        DO $$
                        BEGIN
                            FOR i IN 1..%d LOOP
                                EXECUTE 'CREATE TABLE t' || i || ' (id int PRIMARY KEY, '
                                    || (SELECT string_agg('c' || j || ' int', ', ') FROM generate_series(2, %d) j) || ')';
                                IF i %% 500 = 0 THEN
                                    COMMIT;
                                END IF;
                            END LOOP;
                        END $$
                        """.formatted(schema.tables, schema.columns), "CREATE PUBLICATION events FOR ALL TABLES"));
    }
}
