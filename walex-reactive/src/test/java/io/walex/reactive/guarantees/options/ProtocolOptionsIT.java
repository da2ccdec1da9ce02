package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SpillException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Truncation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pgoutput's options and a publication's settings bring. */
class ProtocolOptionsIT extends OptionalStreams {

    @Test
    void truncateOfASinglePartitionDoesNotComeUnderItsRoot() {
        postgres.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "CREATE PUBLICATION events FOR TABLE sale WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION as_partitions FOR TABLE sale",
                "SELECT pg_create_logical_replication_slot('partitions', 'pgoutput')");
        createSlot(false);
        postgres.execute(
                "INSERT INTO sale VALUES (1)", "TRUNCATE sale_1", "INSERT INTO sale VALUES (2)", "TRUNCATE sale");

        assertThat(take(3, config -> config))
                .extracting(event -> event.type() + " " + event.name())
                .containsExactly("INSERT sale", "INSERT sale", "TRUNCATE sale");
        assertThat(take(4, config -> config.publication("as_partitions").slot(SlotSpec.durable("partitions"))))
                .extracting(event -> event.type() + " " + event.name())
                .containsExactly("INSERT sale_1", "TRUNCATE sale_1", "INSERT sale_1", "TRUNCATE sale_1");
    }

    @Test
    void deliversLogicalMessagesInTheirPlace() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(false);
        postgres.executeInTransaction(
                "INSERT INTO todo VALUES (1)",
                "SELECT pg_logical_emit_message(true, 'audit', 'inside')",
                "SELECT pg_logical_emit_message(false, 'ping', 'at once')",
                "INSERT INTO todo VALUES (2)");

        List<Event> events = take(4, config -> config.messages(true));

        assertThat(events)
                .extracting(Event::type)
                .containsExactly(EventType.MESSAGE, EventType.INSERT, EventType.MESSAGE, EventType.INSERT);
        assertThat(events).extracting(Event::name).containsExactly("ping", "todo", "audit", "todo");
        assertThat(events.get(0).message().transactional()).isFalse();
        assertThat(events.get(0).xid()).isZero();
        assertThat(new String(events.get(2).message().content(), StandardCharsets.UTF_8))
                .isEqualTo("inside");
        assertThat(events).extracting(Event::position).isSorted();
    }

    @Test
    void leavesLogicalMessagesOutUnlessAsked() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(false);
        postgres.execute("SELECT pg_logical_emit_message(true, 'audit', 'x')", "INSERT INTO todo VALUES (1)");

        assertThat(take(1, config -> config)).extracting(Event::type).containsExactly(EventType.INSERT);
    }

    @Test
    void tellsHowTablesWereTruncated() {
        postgres.execute("CREATE TABLE step (todo_id int REFERENCES todo)", "CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(false);
        postgres.execute("TRUNCATE todo, step RESTART IDENTITY", "TRUNCATE todo CASCADE");

        List<Event> events = take(4, config -> config);

        assertThat(events).extracting(Event::name).containsExactlyInAnyOrder("todo", "step", "todo", "step");
        assertThat(events.subList(0, 2)).extracting(Event::truncation).containsOnly(new Truncation(false, true));
        assertThat(events.subList(2, 4)).extracting(Event::truncation).containsOnly(new Truncation(true, false));
    }

    @Test
    void obeysColumnListsAndRowFilters() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo (id, title) WHERE (id > 1)");
        createSlot(false);
        postgres.execute("INSERT INTO todo VALUES (1, 'filtered', 's'), (2, 'seen', 's')");

        Event event = take(1, config -> config).get(0);

        assertThat(event.newRecord().asMap()).containsOnlyKeys("id", "title").containsEntry("id", 2);
        assertThatThrownBy(() -> event.newRecord().get("secret"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("public.todo")
                .hasMessageContaining("secret");
    }

    @Test
    void deliversGeneratedColumnsThatArePublished() {
        postgres.execute(
                "CREATE TABLE sum (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED)",
                "CREATE PUBLICATION events FOR TABLE sum WITH (publish_generated_columns = stored)");
        createSlot(false);
        postgres.execute("INSERT INTO sum VALUES (21)");

        assertThat(take(1, config -> config).get(0).newRecord().get("b")).isEqualTo(42);
    }

    @Test
    void deliversPartitionsAsThemselvesOrAsTheirRoot() {
        postgres.execute(
                "CREATE TABLE log (day int) PARTITION BY LIST (day)",
                "CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1)",
                "CREATE PUBLICATION leaves FOR TABLE log",
                "CREATE PUBLICATION roots FOR TABLE log WITH (publish_via_partition_root)");
        createSlot(false);
        postgres.execute("SELECT pg_copy_logical_replication_slot('walex', 'copy')", "INSERT INTO log VALUES (1)");

        assertThat(take(1, config -> config.publication("leaves")).get(0).name())
                .isEqualTo("log_1");
        assertThat(take(1, config -> config.publication("roots").slot(SlotSpec.durable("copy")))
                        .get(0)
                        .name())
                .isEqualTo("log");
    }

    @Test
    void leavesReplicatedChangesOutWhenOnlyLocalOnesAreWanted() {
        postgres.execute(
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_replication_origin_create('%s')".formatted(postgres.name()));
        createSlot(false);
        postgres.executeReplicated(postgres.name(), "0/1", "INSERT INTO todo VALUES (1, 'replicated')");
        postgres.execute("INSERT INTO todo VALUES (2, 'local')");

        List<Event> events = take(1, config -> config.origin(OriginFilter.NONE));

        assertThat(events.get(0).newRecord().get("title")).isEqualTo("local");
        postgres.execute("SELECT pg_replication_origin_drop('%s')".formatted(postgres.name()));
    }

    @Test
    void decodesATypeThatIsMadeWhileTheStreamRuns() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(false);
        postgres.execute("INSERT INTO todo VALUES (1)");

        postgres.execute("ALTER DATABASE %s SET wal_sender_timeout = '10min'".formatted(postgres.name()));
        // No keepalive comes to help: what waits for the type must go on by itself.
        List<Event> events = WalEx.changes(config().statusInterval(Duration.ofMinutes(2))
                        .livenessTimeout(Duration.ofMinutes(5))
                        .build())
                .doOnNext(event -> {
                    if (event.name().equals("todo")) {
                        postgres.execute(
                                "CREATE TYPE later AS (x int, y text)",
                                "CREATE TABLE kept (l later)",
                                "INSERT INTO kept VALUES (ROW(1, 'one'))");
                    }
                })
                .take(2)
                .collectList()
                .block(PATIENCE);

        assertThat(events.get(1).newRecord().get("l")).isEqualTo(java.util.Map.of("x", 1, "y", "one"));
    }

    @Test
    void refusesWhatTheProtocolVersionCannotDo() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");

        assertThatThrownBy(() -> take(1, config -> config.protocolVersion(1).streaming(Streaming.ON)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("protocolVersion is 1");
    }

    @Test
    void tellsWhereATransactionCouldNotBeKept(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        postgres.execute(
                "CREATE PUBLICATION events FOR ALL TABLES",
                "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'".formatted(postgres.name()));
        createSlot(false);
        postgres.execute("INSERT INTO todo VALUES (1)");

        assertThatThrownBy(() -> take(
                        1,
                        config -> config.streaming(Streaming.ON).spillMemory(0).spillDirectory(file)))
                .isInstanceOf(SpillException.class)
                .hasMessageContainingAll("\"walex\"", file.toString(), "spillDirectory(...)", "spillMemory(...)");
    }

    record Todo(int id, String title, String secret) {}

    @Test
    void mapsARowOntoARecord() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(false);
        postgres.execute("INSERT INTO todo VALUES (1, 'a', NULL)");

        assertThat(take(1, config -> config).get(0).newRecord().as(Todo.class)).isEqualTo(new Todo(1, "a", null));
    }

    @Test
    void refusesToMapARowWhoseUnchangedValueWasNotSent() {
        postgres.execute(
                "CREATE PUBLICATION events FOR ALL TABLES", "ALTER TABLE todo ALTER secret SET STORAGE EXTERNAL");
        createSlot(false);
        postgres.execute(
                "INSERT INTO todo VALUES (1, 'a', repeat('s', 10000))", "UPDATE todo SET title = 'b' WHERE id = 1");

        Event update = take(2, config -> config).get(1);

        assertThat(update.newRecord().isUnchanged("secret")).isTrue();
        assertThatThrownBy(() -> update.newRecord().as(Todo.class))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("secret");
    }
}
