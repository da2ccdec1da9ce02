package io.walex.reactive.guarantees.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.stream.ServerOptions;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TcpProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/**
 * The server may send a transaction in one form, and after a reconnect in another: nothing of it is lost or doubled, and
 * each event has the position that it always has.
 */
class FormsIT {

    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LAST = "INSERT todo 0";

    /** Beyond so much a transaction is streamed, where it may be. */
    private static final String SMALL_MEMORY = "64kB";

    private static final String LARGE_MEMORY = "1GB";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private TcpProxy proxy;

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

    private void createSlot(String slot, boolean twoPhase) {
        postgres.execute(
                "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)".formatted(slot, twoPhase));
    }

    private void setDecodingMemory(String limit) {
        postgres.execute("ALTER DATABASE %s SET logical_decoding_work_mem = '%s'".formatted(postgres.name(), limit));
    }

    private WalExConfig.Builder config(String slot) {
        return WalExConfig.fromUrl(postgres.url())
                .host(proxy.host())
                .port(proxy.port())
                .publication("events")
                .slot(SlotSpec.durable(slot).mustExist())
                .messages(true)
                .spillMemory(32 << 10)
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(20)));
    }

    private static String describe(Event event) {
        if (event.type() == EventType.MESSAGE) {
            return "MESSAGE " + new String(event.message().content(), StandardCharsets.UTF_8);
        }
        Row row = event.type() == EventType.DELETE ? event.oldRecord() : event.newRecord();
        return event.type() + " " + event.name() + (row == null ? "" : " " + row.get("id"));
    }

    private static String placed(Event event) {
        return event.position() + " " + describe(event);
    }

    /** Rows so wide that they are more than the server decodes in memory. */
    private static String fill(String table, int from) {
        return "INSERT INTO %s SELECT i, repeat('x', 1500) FROM generate_series(%d, %d) i"
                .formatted(table, from, from + 79);
    }

    private static String emit(String content) {
        return "SELECT pg_logical_emit_message(true, 'm', '" + content + "')";
    }

    /** What comes in one form so and in another otherwise, and rows that share a record. */
    private void write() {
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

    private List<String> read(WalExConfig.Builder config) {
        return WalEx.changes(config.build())
                .map(FormsIT::placed)
                .takeUntil(event -> event.endsWith(LAST))
                .collectList()
                .block(PATIENCE);
    }

    /** Pauses after every few events, for the connection to break and the server to send in the other form. */
    private final class Paused extends BaseSubscriber<Event> {

        private final List<String> received = Collections.synchronizedList(new ArrayList<>());
        private final Sinks.Many<Integer> pauses = Sinks.many().unicast().onBackpressureBuffer();
        private final int demand;

        private Paused(int demand) {
            this.demand = demand;
        }

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            subscription.request(demand);
        }

        @Override
        protected void hookOnNext(Event event) {
            received.add(placed(event));
            if (describe(event).equals(LAST)) {
                cancel();
                pauses.tryEmitComplete();
            } else if (received.size() % demand == 0) {
                pauses.tryEmitNext(received.size());
            }
        }

        @Override
        protected void hookOnError(Throwable error) {
            pauses.tryEmitError(error);
        }

        /** At each pause the server's memory for decoding becomes the one or the other, and the connection breaks. */
        private List<String> readAcross(WalExConfig.Builder config, String first, String second) {
            setDecodingMemory(first);
            WalEx.changes(config.build()).subscribe(this);
            List<String> limits = new ArrayList<>(List.of(second, first));
            for (int ignored : pauses.asFlux().toIterable()) {
                setDecodingMemory(limits.get(0));
                Collections.rotate(limits, 1);
                proxy.reset();
                postgres.terminateWalsenders(config.build().slot() instanceof SlotSpec.Durable slot ? slot.name() : "");
                request(demand);
            }
            return received;
        }
    }

    @ParameterizedTest
    @CsvSource({"ON, 64kB, 1GB", "ON, 1GB, 64kB", "PARALLEL, 64kB, 1GB", "PARALLEL, 1GB, 64kB"})
    void rolledBackMessageLosesAndDoublesNoRow(Streaming streaming, String from, String to) {
        assumeKnown(streaming);
        createSlot("walex", false);
        postgres.executeInTransaction(
                "SAVEPOINT s",
                emit("rolled back"),
                fill("other", 1),
                "ROLLBACK TO s",
                "INSERT INTO todo SELECT i, repeat('x', 200) FROM generate_series(1, 2000) i");
        postgres.execute("INSERT INTO todo VALUES (0)");

        List<String> received = new Paused(500).readAcross(config("walex").streaming(streaming), from, to);

        List<String> expected = new ArrayList<>(IntStream.rangeClosed(1, 2000)
                .mapToObj(id -> "INSERT todo " + id)
                .toList());
        expected.add(LAST);
        assertThat(received)
                .extracting(event -> event.substring(event.indexOf(' ') + 1))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Streaming.class)
    void transactionsGoOnInAnotherFormAgainAndAgain(Streaming streaming) {
        assumeKnown(streaming);
        createSlot("whole", false);
        createSlot("walex", false);
        write();
        List<String> expected = read(config("whole"));

        List<String> received =
                new Paused(23).readAcross(config("walex").streaming(streaming), SMALL_MEMORY, LARGE_MEMORY);

        assertThat(received).isEqualTo(expected);
    }

    @Test
    void messageThatEndsWhereARowOfAnotherSubtransactionBeginsComesBeforeIt() {
        createSlot("whole", false);
        createSlot("streamed", false);
        postgres.executeInTransaction(
                "SAVEPOINT s", emit("first"), "RELEASE s", "INSERT INTO todo VALUES (1, 'second')", fill("other", 1));
        postgres.execute("INSERT INTO todo VALUES (0)");

        List<String> whole = read(config("whole"));
        List<String> streamed = read(config("streamed").streaming(Streaming.ON));

        assertThat(whole.get(0)).endsWith("MESSAGE first");
        assertThat(whole.get(1)).endsWith("INSERT todo 1");
        assertThat(streamed).isEqualTo(whole);
    }

    private record Form(String name, boolean twoPhase, UnaryOperator<WalExConfig.Builder> options) {

        private boolean isKnown() {
            return ServerOptions.knows(
                    MAJOR,
                    options.apply(WalExConfig.builder().publication("events")).build());
        }
    }

    private static void assumeKnown(Streaming streaming) {
        assumeThat(new Form("", false, config -> config.streaming(streaming)).isKnown())
                .isTrue();
    }

    private static List<Form> forms() {
        List<Form> forms = List.of(
                new Form("oldest", false, config -> config.protocolVersion(1)),
                new Form("whole", false, config -> config.binary(true)),
                new Form(
                        "streamed",
                        false,
                        config -> config.streaming(Streaming.ON).protocolVersion(2)),
                new Form("parallel", false, config -> config.streaming(Streaming.PARALLEL)),
                new Form("prepared", true, config -> config.twoPhase(TwoPhase.AT_COMMIT)),
                new Form(
                        "streamed_prepared",
                        true,
                        config -> config.twoPhase(TwoPhase.AT_COMMIT)
                                .streaming(Streaming.ON)
                                .binary(true)));
        return forms.stream().filter(Form::isKnown).toList();
    }

    @Test
    void eventsHaveTheSamePositionsInEveryForm() {
        forms().forEach(form -> createSlot(form.name, form.twoPhase));
        createSlot("quiet", false);
        createSlot("subscribed", false);
        createSlot("part", false);
        write();

        List<String> expected = read(config("oldest").protocolVersion(1));

        assertThat(expected).doesNotHaveDuplicates();
        for (Form form : forms().subList(1, forms().size())) {
            assertThat(read(form.options.apply(config(form.name))))
                    .as(form.name)
                    .isEqualTo(expected);
        }
        assertThat(read(config("quiet").messages(false).streaming(Streaming.ON)))
                .isEqualTo(expected.stream()
                        .filter(event -> !event.contains("MESSAGE"))
                        .toList());
        assertThat(read(config("subscribed").messages(false).subscribe("public.todo")))
                .isEqualTo(expected.stream()
                        .filter(event -> event.contains(" todo"))
                        .toList());
        assertThat(read(config("part").publication("part")))
                .isEqualTo(expected.stream()
                        .filter(event -> !event.contains(" other"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 150})
    void nextSubscriptionGoesOnInAnyOtherForm(int taken) {
        for (Form from : forms()) {
            forms().stream()
                    .filter(to -> to.twoPhase == from.twoPhase)
                    .forEach(to -> createSlot(from.name + "_" + to.name, from.twoPhase));
        }
        createSlot("all", false);
        write();
        List<String> expected = read(config("all"));

        for (Form from : forms()) {
            for (Form to : forms()) {
                if (to.twoPhase == from.twoPhase) {
                    String slot = from.name + "_" + to.name;
                    assertThat(readAcross(slot, from, to, taken)).as(slot).isEqualTo(expected);
                }
            }
        }
    }

    /** As one who stores the position with what it has made of the event, and drops what is not behind it. */
    private List<String> readAcross(String slot, Form from, Form to, int taken) {
        List<Event> events = WalEx.changes(from.options.apply(config(slot)).build())
                .take(taken)
                .collectList()
                .block(PATIENCE);
        postgres.awaitSlotInactive(slot);
        Position stored = events.get(taken - 1).position();
        WalEx.changes(to.options.apply(config(slot)).build())
                .takeUntil(event -> describe(event).equals(LAST))
                .filter(event -> event.position().compareTo(stored) > 0)
                .doOnNext(events::add)
                .blockLast(PATIENCE);
        postgres.awaitSlotInactive(slot);
        return events.stream().map(FormsIT::placed).toList();
    }
}
