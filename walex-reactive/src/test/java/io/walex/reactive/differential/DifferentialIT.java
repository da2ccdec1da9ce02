package io.walex.reactive.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.OriginFilter;
import io.walex.reactive.SlotSpec;
import io.walex.reactive.Streaming;
import io.walex.reactive.WalEx;
import io.walex.reactive.WalExConfig;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What comes out of the stream, applied to an empty copy of the schema, gives the same tables: in every protocol version
 * and option combination that the server knows.
 */
class DifferentialIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<TestDatabase> databases = new ArrayList<>();

    @AfterEach
    void dropDatabases() {
        databases.forEach(TestDatabase::drop);
    }

    @ParameterizedTest(name = "PostgreSQL {0}")
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void appliedEventsGiveTheSourceTables(int major) throws SQLException {
        PostgresServer server = PostgresServer.shared(major);
        TestDatabase source = create(server);
        source.execute("ALTER DATABASE " + source.name() + " SET logical_decoding_work_mem = '64kB'");
        source.execute(Workload.SCHEMA);
        source.execute("CREATE PUBLICATION leaves FOR ALL TABLES");
        source.execute("CREATE PUBLICATION roots FOR ALL TABLES WITH (publish_via_partition_root = true)");
        List<Combination> combinations = Combination.knownTo(major);
        for (Combination combination : combinations) {
            source.execute(combination.createSlot());
        }

        Workload.run(source);

        Map<String, String> expected = contents(source);
        assertThat(expected.get("bulk")).isNotEqualTo("0:");
        for (Combination combination : combinations) {
            TestDatabase copy = create(server);
            copy.execute(Workload.SCHEMA);
            try (Replica replica = new Replica(copy, combination.twoPhase())) {
                WalEx.changes(combination.config(source))
                        .takeUntil(event -> event.type() == EventType.MESSAGE
                                && event.name().equals("end"))
                        .doOnNext(replica::receive)
                        .blockLast(PATIENCE);
            }
            assertThat(contents(copy)).as(combination.toString()).isEqualTo(expected);
            copy.drop();
            databases.remove(copy);
        }
    }

    private TestDatabase create(PostgresServer server) {
        TestDatabase database = server.createDatabase();
        databases.add(database);
        return database;
    }

    /** Each table's number of rows and a digest of them all. */
    private static Map<String, String> contents(TestDatabase database) {
        Map<String, String> contents = new TreeMap<>();
        for (String table : database.query(
                "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
                row -> row.getString(1))) {
            contents.put(
                    table,
                    database.queryText(
                            "SELECT count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM "
                                    + table + " t"));
        }
        return contents;
    }

    /** One way to stream. */
    record Combination(int protocol, Streaming streaming, TwoPhase twoPhase, boolean binary, String publication) {

        static List<Combination> knownTo(int major) {
            int newest = major >= 16 ? 4 : major - 12;
            List<Combination> known = new ArrayList<>();
            for (int protocol = 1; protocol <= newest; protocol++) {
                for (Streaming streaming : Streaming.values()) {
                    if (protocol < (streaming == Streaming.OFF ? 1 : streaming == Streaming.ON ? 2 : 4)) {
                        continue;
                    }
                    for (TwoPhase twoPhase : List.of(TwoPhase.OFF, TwoPhase.AT_COMMIT)) {
                        if (twoPhase == TwoPhase.OFF || protocol >= 3) {
                            known.add(new Combination(protocol, streaming, twoPhase, false, "leaves"));
                            known.add(new Combination(protocol, streaming, twoPhase, true, "roots"));
                        }
                    }
                    if (protocol >= 3) {
                        known.add(new Combination(protocol, streaming, TwoPhase.AT_PREPARE, false, "roots"));
                    }
                }
            }
            return known;
        }

        String slot() {
            return "p%d_%s_%s_%s"
                    .formatted(protocol, streaming, twoPhase, binary)
                    .toLowerCase(java.util.Locale.ROOT);
        }

        String createSlot() {
            return "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
                    .formatted(slot(), twoPhase != TwoPhase.OFF);
        }

        WalExConfig config(TestDatabase source) {
            return WalExConfig.fromUrl(source.url())
                    .publication(publication)
                    .slot(SlotSpec.durable(slot()).mustExist())
                    .protocolVersion(protocol)
                    .streaming(streaming)
                    .twoPhase(twoPhase)
                    .binary(binary)
                    .messages(true)
                    .origin(OriginFilter.ANY)
                    .spoolMemory(32 << 10)
                    .build();
        }
    }
}
