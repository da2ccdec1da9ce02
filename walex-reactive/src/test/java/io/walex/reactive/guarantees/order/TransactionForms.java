package io.walex.reactive.guarantees.order;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import io.walex.reactive.stream.ServerOptions;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.util.retry.Retry;

/** Transactions that the server sends in one form or another, and what they hold. */
abstract class TransactionForms {

    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);
    static final String LAST = "INSERT todo 0";

    /** Beyond so much a transaction is streamed, where it may be. */
    static final String SMALL_MEMORY = "64kB";

    static final String LARGE_MEMORY = "1GB";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    TcpProxy proxy;

    @BeforeEach
    void createTables() {
        proxy = TcpProxy.to(postgres.server());
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, title text)",
                "CREATE TABLE other (id int PRIMARY KEY, title text)",
                "CREATE TABLE copied (id int)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "CREATE PUBLICATION part FOR TABLE copied, todo");
        setDecodingMemory(SMALL_MEMORY);
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    final void createSlot(String slot, boolean twoPhase) {
        postgres.execute(
                "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)".formatted(slot, twoPhase));
    }

    final void setDecodingMemory(String limit) {
        postgres.execute("ALTER DATABASE %s SET logical_decoding_work_mem = '%s'".formatted(postgres.name(), limit));
    }

    final WalExConfig.Builder config(String slot) {
        return streams.config()
                .host(proxy.host())
                .port(proxy.port())
                .slot(SlotSpec.durable(slot).mustExist())
                .messages(true)
                .spillMemory(32 << 10)
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(20)));
    }

    static String describe(Event event) {
        if (event.type() == EventType.MESSAGE) {
            return "MESSAGE " + new String(event.message().content(), StandardCharsets.UTF_8);
        }
        Row row = event.type() == EventType.DELETE ? event.oldRecord() : event.newRecord();
        return event.type() + " " + event.name() + (row == null ? "" : " " + row.get("id"));
    }

    static String placed(Event event) {
        return event.position() + " " + describe(event);
    }

    /** Rows so wide that they are more than the server decodes in memory. */
    static String fill(String table, int from) {
        return "INSERT INTO %s SELECT i, repeat('x', 1500) FROM generate_series(%d, %d) i"
                .formatted(table, from, from + 79);
    }

    static String emit(String content) {
        return "SELECT pg_logical_emit_message(true, 'm', '" + content + "')";
    }

    /** What comes in one form so and in another otherwise, and rows that share a record. */
    final void write() {
        postgres.execute("INSERT INTO other VALUES (1, 'first')");
        postgres.executeInTransaction(
                "SAVEPOINT a",
                emit("ends where a row of another subtransaction begins"),
                "RELEASE a",
                "INSERT INTO todo VALUES (1, 'a')",
                fill("todo", 101),
                "SAVEPOINT b",
                emit("rolled back"),
                fill("todo", 201),
                "ROLLBACK TO b",
                "INSERT INTO todo VALUES (2, 'b')",
                emit("kept"),
                "SAVEPOINT c",
                "COPY copied FROM PROGRAM 'seq 1 50'",
                "RELEASE c",
                "SAVEPOINT d",
                emit("before rows that share a record"),
                "RELEASE d",
                "COPY copied FROM PROGRAM 'seq 51 60'",
                "INSERT INTO todo VALUES (3, 'c'), (2, 'd') ON CONFLICT (id) DO UPDATE SET title = 'e'",
                "UPDATE todo SET id = 4 WHERE id = 3",
                "DELETE FROM todo WHERE id = 101",
                "TRUNCATE copied, other",
                fill("todo", 301));
        postgres.executeInTransaction(
                "SAVEPOINT a",
                emit("prepared"),
                "RELEASE a",
                fill("todo", 401),
                "PREPARE TRANSACTION '%s'".formatted(gid()));
        postgres.execute(
                "SELECT pg_logical_emit_message(false, 'm', 'at once')",
                "COMMIT PREPARED '%s'".formatted(gid()),
                "INSERT INTO todo VALUES (0, 'last')");
    }

    private String gid() {
        return postgres.name() + "_prepared";
    }

    final List<String> read(WalExConfig.Builder config) {
        return WalEx.changes(config.build())
                .map(TransactionForms::placed)
                .takeUntil(event -> event.endsWith(LAST))
                .collectList()
                .block(PATIENCE);
    }

    record Form(String name, boolean twoPhase, UnaryOperator<WalExConfig.Builder> options) {

        boolean isKnown() {
            return ServerOptions.knows(
                    MAJOR,
                    options.apply(WalExConfig.builder().publication("events")).build());
        }
    }
}
