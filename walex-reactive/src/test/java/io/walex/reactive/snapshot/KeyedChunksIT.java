package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.server.PipelinedRequest;
import io.walex.reactive.server.ServerError;
import io.walex.reactive.testsupport.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows by their keys, and a whole table within one transaction. */
class KeyedChunksIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final Reading reading = Reading.of(() -> postgres);

    @BeforeEach
    void publishAll() {
        postgres.execute(
                "CREATE EXTENSION citext",
                "CREATE EXTENSION ltree",
                "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
                "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                "CREATE PUBLICATION events FOR ALL TABLES WITH (publish = 'insert')");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
                    int               ; i
                    positive          ; i
                    numeric(9, 3)     ; i / 7.0
                    text              ; 'it''s ' || i
                    varchar(9)        ; i::text
                    char(9)           ; i::text
                    citext            ; 'A' || i
                    ltree             ; ('a.b' || i)::ltree
                    bytea             ; ('\\x00' || lpad(to_hex(i), 6, '0'))::bytea
                    uuid              ; lpad(i::text, 32, '0')::uuid
                    timestamptz       ; '2026-01-01'::timestamptz + i * interval '1.000001 s'
                    int[]             ; ARRAY[i, NULL, i]
                    int4range         ; int4range(i, i + 3)
                    """)
    void keysOfAType(String type, String value) {
        postgres.execute(
                "CREATE TABLE keyed (data text, id %s PRIMARY KEY)".formatted(type),
                "INSERT INTO keyed SELECT 'row ' || i, %s FROM generate_series(1, 3000) i".formatted(value),
                "ANALYZE keyed");
        for (boolean binary : new boolean[] {false, true}) {
            reading.with(config -> config.binary(binary));
            SourceTable table = reading.table("keyed");
            List<TupleData> rows = reading.rows(table);
            List<TupleData> some = rows.subList(100, 300);

            assertThat(byKeys(table, keys(table, some))).containsExactlyInAnyOrderElementsOf(texts(some));
            assertThat(byCursor(table, 700)).containsExactlyInAnyOrderElementsOf(texts(rows));
            assertThat(plan(table, ChunkQuery.keys(keys(table, some.subList(0, 9)), "", Reading.LIMIT)))
                    .contains("keyed_pkey");
            assertThat(plan(
                            table,
                            ChunkQuery.cursor(
                                    keys(table, rows.subList(1500, 1501)).get(0), 10, "", Reading.LIMIT)))
                    .contains("keyed_pkey");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keysOfSeveralColumns(boolean binary) {
        postgres.execute(
                "CREATE TABLE keyed (\"The\" mood, data text, id citext, n int, PRIMARY KEY (n, id, \"The\"))",
                "INSERT INTO keyed SELECT m, m::text || i, 'x' || i % 10, i % 50"
                        + " FROM generate_series(1, 500) i, unnest(enum_range(NULL::mood)) m ON CONFLICT DO NOTHING");
        reading.with(config -> config.binary(binary));
        SourceTable table = reading.table("keyed");
        List<TupleData> rows = reading.rows(table);
        List<TupleData> some = rows.subList(10, 60);

        assertThat(table.key()).containsExactly(3, 2, 0);
        assertThat(byKeys(table, keys(table, some))).containsExactlyInAnyOrderElementsOf(texts(some));
        assertThat(byCursor(table, 7)).containsExactlyInAnyOrderElementsOf(texts(rows));
        assertThat(byKeys(table, List.of())).isEmpty();
    }

    private static List<RowKey> keys(SourceTable table, List<TupleData> rows) {
        return rows.stream().map(row -> RowKey.of(row, table.key())).toList();
    }

    private static List<String> texts(List<TupleData> rows) {
        return rows.stream().map(Reading::text).toList();
    }

    private List<String> byKeys(SourceTable table, List<RowKey> keys) {
        return Reading.texts(Reading.await(reading.open().read(table, ChunkQuery.keys(keys, "", Reading.LIMIT)))
                .rows());
    }

    private List<String> byCursor(SourceTable table, int rows) {
        ChunkConnection connection = reading.open();
        List<String> all = new ArrayList<>();
        RowKey last = null;
        while (true) {
            ChunkQuery query = ChunkQuery.cursor(last, rows, "", Reading.LIMIT);
            List<TupleData> some =
                    Reading.rows(Reading.await(connection.read(table, query)).rows());
            all.addAll(texts(some));
            if (some.size() < rows) {
                return all;
            }
            last = RowKey.of(some.get(some.size() - 1), table.key());
        }
    }

    /** With literals for the parameters, whose values the server sees, too, when it plans an unnamed statement. */
    private String plan(SourceTable table, ChunkQuery query) {
        List<PipelinedRequest.Parameter> parameters = new ArrayList<>();
        String sql = new ChunkSql(table).rows(query, parameters);
        String type = postgres.queryText(
                "SELECT %d::regtype".formatted(parameters.get(0).typeOid()));
        List<String> literals = postgres.query(
                "SELECT quote_literal(id) FROM keyed LIMIT " + parameters.size(), row -> row.getString(1));
        for (int i = parameters.size(); i > 0; i--) {
            sql = sql.replace("$" + i, literals.get(i - 1) + "::" + type);
        }
        return String.join("\n", postgres.query("EXPLAIN " + sql, row -> row.getString(1)));
    }

    @Test
    void wholeTableIsReadInOneTransaction() {
        postgres.execute("CREATE TABLE item (id int)", "INSERT INTO item SELECT generate_series(1, 1000)");
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();

        ChunkRows begun = Reading.await(connection.begin(table));
        postgres.execute("DELETE FROM item WHERE id <= 500");
        assertThat(begun.rows().rows()).isZero();
        assertThat(begun.relation()).isEqualTo(table.relation());
        assertThatThrownBy(() -> connection
                        .readNext(table, ChunkQuery.range(Reading.ALL, "", 1000))
                        .block())
                .isInstanceOf(OversizedChunk.class);
        RowBuffer first = Reading.await(
                connection.readNext(table, ChunkQuery.range(new TidRange(0, 1 << 16), "", Reading.LIMIT)));
        RowBuffer second = Reading.await(
                connection.readNext(table, ChunkQuery.range(new TidRange(1 << 16, Long.MAX_VALUE), "", Reading.LIMIT)));
        assertThat(first.rows() + second.rows()).isEqualTo(1000);
        connection.end().block();

        assertThat(Reading.await(connection.read(table, Reading.all())).rows().rows())
                .isEqualTo(500);
    }

    @Test
    void wholeTableThatFailsLeavesNoTransaction() {
        postgres.execute("CREATE TABLE item (id int)", "INSERT INTO item VALUES (0)");
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        connection.begin(table).block();

        assertThatThrownBy(() -> connection
                        .readNext(table, ChunkQuery.range(Reading.ALL, "1 / id = 1", Reading.LIMIT))
                        .block())
                .isInstanceOf(ServerError.class);

        assertThat(state(connection)).containsExactly("idle");
        connection.begin(table).block();
        assertThat(state(connection)).containsExactly("idle in transaction");
        connection.close().block();
        Awaitility.await("closed").until(() -> state(connection).isEmpty());
    }

    private List<String> state(ChunkConnection connection) {
        return postgres.query(
                "SELECT state FROM pg_stat_activity WHERE pid = " + connection.pid(), row -> row.getString(1));
    }

    @Test
    void listsThePagesOfACondition() {
        postgres.execute(
                "CREATE TABLE item (id int PRIMARY KEY, data text)",
                "INSERT INTO item SELECT i, repeat('x', 1000) FROM generate_series(1, 100) i");
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();

        ListedPages pages = Reading.await(connection.pages(table, "id IN (1, 2, 50, 100)"));
        assertThat(pages.pages()).containsExactly(0, 7, 14);
        assertThat(pages.filenode()).isEqualTo(table.filenode());
        assertThat(connection.pages(table, "pg_sleep(1) IS NOT NULL").blockOptional())
                .isEmpty();
        assertThatThrownBy(() -> connection.pages(table, "1 / (id - id) = 1").block())
                .isInstanceOf(ServerError.class);
        assertThat(state(connection)).containsExactly("idle");
    }
}
