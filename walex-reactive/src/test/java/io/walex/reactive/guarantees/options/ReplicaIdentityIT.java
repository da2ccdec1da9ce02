package io.walex.reactive.guarantees.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.event.Change;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each replica identity lets a subscriber see of the row before the change. */
class ReplicaIdentityIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, code text NOT NULL UNIQUE, title text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private List<Event> changes(String... statements) {
        postgres.execute(statements);
        return WalEx.changes(streams.config().build())
                .take(statements.length)
                .collectList()
                .block(Duration.ofSeconds(30));
    }

    @Test
    void defaultIdentityGivesTheKeyWhereItChangedOrTheRowWent() {
        List<Event> events = changes(
                "INSERT INTO todo VALUES (1, 'a', 'write')",
                "UPDATE todo SET title = 'test'",
                "UPDATE todo SET id = 2",
                "DELETE FROM todo",
                "TRUNCATE todo");

        assertTypes(events);
        assertRow(events.get(0).newRecord(), 1, "a", "write");
        assertThat(events.get(0).oldRecord()).isNull();
        assertRow(events.get(1).newRecord(), 1, "a", "test");
        assertThat(events.get(1).oldRecord()).isNull();
        assertThat(events.get(1).changes()).isEmpty();
        assertKey(events.get(2).oldRecord(), "id", 1);
        assertThat(events.get(2).changes()).containsExactly(java.util.Map.entry("id", new Change(1, 2)));
        assertKey(events.get(3).oldRecord(), "id", 2);
    }

    @Test
    void fullIdentityGivesTheWholeRow() {
        postgres.execute("ALTER TABLE todo REPLICA IDENTITY FULL");

        List<Event> events = changes(
                "INSERT INTO todo VALUES (1, 'a', 'write')",
                "UPDATE todo SET title = 'test'",
                "UPDATE todo SET id = 2",
                "DELETE FROM todo",
                "TRUNCATE todo");

        assertTypes(events);
        assertRow(events.get(1).oldRecord(), 1, "a", "write");
        assertThat(events.get(1).changes()).containsExactly(java.util.Map.entry("title", new Change("write", "test")));
        assertRow(events.get(2).oldRecord(), 1, "a", "test");
        assertRow(events.get(3).oldRecord(), 2, "a", "test");
    }

    @Test
    void indexIdentityGivesTheIndexedColumns() {
        postgres.execute("ALTER TABLE todo REPLICA IDENTITY USING INDEX todo_code_key");

        List<Event> events = changes(
                "INSERT INTO todo VALUES (1, 'a', 'write')",
                "UPDATE todo SET title = 'test'",
                "UPDATE todo SET code = 'b'",
                "DELETE FROM todo",
                "TRUNCATE todo");

        assertTypes(events);
        assertThat(events.get(1).oldRecord()).isNull();
        assertKey(events.get(2).oldRecord(), "code", "a");
        assertThat(events.get(2).changes()).containsExactly(java.util.Map.entry("code", new Change("a", "b")));
        assertKey(events.get(3).oldRecord(), "code", "b");
    }

    /** PostgreSQL refuses updates and deletes of such a table, unless they are not published. */
    @Test
    void nothingIdentityGivesInsertsAndTruncates() {
        postgres.execute(
                "ALTER TABLE todo REPLICA IDENTITY NOTHING",
                "ALTER PUBLICATION events SET (publish = 'insert, truncate')");

        List<Event> events = changes("INSERT INTO todo VALUES (1, 'a', 'write')", "TRUNCATE todo");

        assertThat(events).extracting(Event::type).containsExactly(EventType.INSERT, EventType.TRUNCATE);
        assertRow(events.get(0).newRecord(), 1, "a", "write");
    }

    private static void assertTypes(List<Event> events) {
        assertThat(events)
                .extracting(Event::type)
                .containsExactly(
                        EventType.INSERT, EventType.UPDATE, EventType.UPDATE, EventType.DELETE, EventType.TRUNCATE);
        assertThat(events.get(4).newRecord()).isNull();
        assertThat(events.get(4).oldRecord()).isNull();
    }

    private static void assertRow(Row row, Object... values) {
        assertThat(row.asMap()).hasSize(3).containsValues(values);
    }

    private static void assertKey(Row row, String column, Object value) {
        assertThat(row.get(column)).isEqualTo(value);
        assertThat(row.has("title")).isFalse();
    }
}
