package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.codec.TypeTable;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventTuples;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a table is byte by byte what the stream had of it. */
class StreamedFormIT {

    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(() -> postgres);

    @RegisterExtension
    final Reading reading = Reading.of(() -> postgres);

    private List<Event> streamed(boolean binary, int count, String... statements) {
        reading.with(config -> config.binary(binary));
        Seen<Event> events =
                streams.start(WalEx.changes(streams.config().binary(binary).build()));
        postgres.awaitSlotActive(StreamFixture.SLOT);
        postgres.execute(statements);
        org.awaitility.Awaitility.await("events")
                .atMost(StreamFixture.PATIENCE)
                .untilAsserted(() -> assertThat(events.all()).hasSize(count));
        return events.all();
    }

    private static Relation relation(Event event) {
        return Reading.plain(Objects.requireNonNull(EventTuples.relation(event)));
    }

    private static String text(Event event) {
        TupleData tuple = Objects.requireNonNull(EventTuples.newTuple(event));
        return Reading.text(tuple);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valuesOfEveryType(boolean binary) {
        TypeTable.create(postgres, MAJOR);
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        reading.with(config -> config.binary(binary));
        Seen<Event> events =
                streams.start(WalEx.changes(streams.config().binary(binary).build()));
        postgres.awaitSlotActive(StreamFixture.SLOT);
        int count = TypeTable.fill(postgres, MAJOR);
        org.awaitility.Awaitility.await("events")
                .atMost(StreamFixture.PATIENCE)
                .untilAsserted(() -> assertThat(events.all()).hasSize(count));

        SourceTable table = reading.table("every");

        assertThat(table.relation()).isEqualTo(relation(events.all().get(0)));
        assertThat(reading.rows(table).stream().map(Reading::text))
                .containsExactlyElementsOf(
                        events.all().stream().map(StreamedFormIT::text).toList());
        for (int column = 0; column < table.binary().length; column++) {
            byte kind = EventTuples.newTuple(events.all().get(0)).kind(column);
            assertThat(table.binary()[column]).as("column %d", column).isEqualTo(kind == TupleData.BINARY);
        }
    }

    @Test
    void relationsOfEveryReplicaIdentity() {
        List<String> names = new ArrayList<>();
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("plain", "(a int PRIMARY KEY, b numeric(8,2), c varchar(7)[])");
        tables.put("\"Odd \"\" 'name'\"", "(\"A b\" int, \"c\"\"d\" text, PRIMARY KEY (\"c\"\"d\", \"A b\"))");
        tables.put("keyless", "(a int)");
        tables.put("whole", "(a int, b text); ALTER TABLE whole REPLICA IDENTITY FULL");
        tables.put("none", "(a int PRIMARY KEY); ALTER TABLE none REPLICA IDENTITY NOTHING");
        tables.put(
                "chosen",
                "(a int PRIMARY KEY, b int NOT NULL, c int NOT NULL); CREATE UNIQUE INDEX other ON chosen (c, b); ALTER TABLE chosen REPLICA IDENTITY USING INDEX other");
        tables.put("included", "(a int, b int, PRIMARY KEY (a) INCLUDE (b))");
        tables.put("deferred", "(a int PRIMARY KEY DEFERRABLE, b int)");
        tables.put("made", "(a int PRIMARY KEY, twice int GENERATED ALWAYS AS (a * 2) STORED, c int)");
        tables.put(
                "dropped",
                "(gone int, a int PRIMARY KEY, gone2 text, b int); ALTER TABLE dropped DROP gone, DROP gone2");
        tables.forEach((name, definition) -> {
            names.add(name);
            postgres.execute(("CREATE TABLE " + name + " " + definition).split("; "));
        });
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        String[] inserts = names.stream()
                .map(name -> "INSERT INTO " + name
                        + (name.startsWith("\"")
                                ? " VALUES (1, 'x')"
                                : name.equals("chosen")
                                        ? " VALUES (1, 2, 3)"
                                        : name.equals("made") ? " (a) VALUES (1)" : " VALUES (1)"))
                .toArray(String[]::new);

        for (Event event : streamed(false, names.size(), inserts)) {
            Relation relation = relation(event);
            SourceTable table = reading.table(new TablePattern(relation.schema(), relation.name()).toString());

            assertThat(table.relation()).isEqualTo(relation);
            ChunkRows chunk = Reading.await(reading.open().read(table, Reading.all()));
            assertThat(chunk.relation()).isEqualTo(relation);
            assertThat(chunk.filenode()).isEqualTo(table.filenode());
            assertThat(Reading.texts(chunk.rows())).containsExactly(text(event));
        }
        assertThat(reading.table("plain").key()).containsExactly(0);
        assertThat(reading.table("public.*\"".substring(0, 7) + "\"Odd \"\" 'name'\"")
                        .key())
                .containsExactly(1, 0);
        assertThat(reading.table("keyless").key()).isEmpty();
        assertThat(reading.table("whole").key()).isEmpty();
        assertThat(reading.table("none").key()).containsExactly(0);
        assertThat(reading.table("chosen").key()).containsExactly(2, 1);
        assertThat(reading.table("included").key()).containsExactly(0);
        assertThat(reading.table("deferred").key()).isEmpty();
        assertThat(reading.table("dropped").key()).containsExactly(0);
    }
}
