package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

/** A table of every type, extreme values included: what comes out of replication is what a SELECT gives. */
class ReplicatedTypesIT {

    /** That drivers have values of these is known; it is not left to what they happen to give. */
    private static final List<String> COMPARABLE = List.of(
            "bool",
            "int2",
            "int4",
            "int8",
            "oid",
            "float4",
            "float8",
            "numeric",
            "text",
            "varchar(10)",
            "char(5)",
            "name",
            "citext",
            "xml",
            "bytea",
            "uuid",
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "interval",
            "bit(3)",
            "mood",
            "positive",
            "int4[]",
            "bool[]",
            "int8[]",
            "float8[]",
            "numeric[]",
            "uuid[]");

    @ParameterizedTest(name = "PostgreSQL {0}")
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void everyTypeComesAsSelected(int major) throws Exception {
        TestDatabase database = PostgresServer.shared(major).createDatabase();
        try {
            List<TypeCase> types = types(major);
            int rows =
                    types.stream().mapToInt(type -> type.values().size()).max().orElseThrow();
            createTable(database, types);
            database.execute(
                    "CREATE PUBLICATION events FOR ALL TABLES",
                    "SELECT pg_create_logical_replication_slot('text', 'pgoutput')",
                    "SELECT pg_create_logical_replication_slot('binary', 'pgoutput')");
            for (int i = 0; i < rows; i++) {
                insert(database, types, i);
            }

            List<Row> texts = replicated(database, "text", rows);
            List<Row> binaries = replicated(database, "binary", rows);

            assertExpected(database, types, texts, binaries);
            assertAsSelected(new JdbcDriver(), database, types, texts, binaries);
            assertAsSelected(new R2dbcDriver(), database, types, texts, binaries);
        } finally {
            database.drop();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void compositesComeWithTheAttributesThatTheyHadWhenTheyWereWritten(boolean binary) {
        TestDatabase database =
                PostgresServer.shared(PostgresServer.DEFAULT_MAJOR).createDatabase();
        try {
            database.execute(
                    "CREATE TYPE part AS (a int, b text)",
                    "CREATE TABLE item (part part, parts part[])",
                    "CREATE PUBLICATION events FOR ALL TABLES",
                    "SELECT pg_create_logical_replication_slot('added', 'pgoutput')",
                    "SELECT pg_create_logical_replication_slot('dropped', 'pgoutput')",
                    "INSERT INTO item VALUES (ROW(1, 'one'), ARRAY[ROW(1, 'one')::part])",
                    "ALTER TYPE part ADD ATTRIBUTE c int",
                    "INSERT INTO item VALUES (ROW(2, 'two', 22))");
            Map<String, Object> before = Map.of("a", 1, "b", "one");
            Map<String, Object> after = Map.of("a", 2, "b", "two", "c", 22);

            List<Row> rows = replicated(database, "added", binary, 2);
            assertThat(rows).extracting(row -> row.get("part")).containsExactly(before, after);
            assertThat(rows.get(0).get("parts")).isEqualTo(List.of(before));

            database.execute("ALTER TYPE part DROP ATTRIBUTE b", "INSERT INTO item VALUES (ROW(3, 33))");
            List<Object> parts = replicated(database, "dropped", binary, 3).stream()
                    .map(row -> row.get("part"))
                    .toList();
            // What has two values may be of before b was dropped, or of before c was added.
            assertThat(parts.get(1)).isInstanceOf(binary ? ByteBuffer.class : String.class);
            assertThat(parts.get(2)).isEqualTo(Map.of("a", 3, "c", 33));
            if (!binary) {
                assertThat(parts.subList(0, 2)).isEqualTo(List.of("(1,one)", "(2,two,22)"));
            }
        } finally {
            database.drop();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void compositesThatAreAlteredWhileTheStreamRunsNeverComeUnderOtherNames(boolean binary) {
        TestDatabase database =
                PostgresServer.shared(PostgresServer.DEFAULT_MAJOR).createDatabase();
        try {
            database.execute(
                    "CREATE TYPE part AS (a int, b int, c int)",
                    "CREATE TABLE item (part part, parts part[])",
                    "CREATE PUBLICATION events FOR ALL TABLES",
                    "SELECT pg_create_logical_replication_slot('altered', 'pgoutput')",
                    insert("1, 2, 3"));
            WalExConfig config = WalExConfig.fromUrl(database.url())
                    .publication("events")
                    .slot(SlotSpec.durable("altered"))
                    .binary(binary)
                    .build();
            Consumer<Row> undecoded = row -> {
                assertThat(row.get("part")).isInstanceOf(binary ? ByteBuffer.class : String.class);
                assertThat(row.get("parts")).isEqualTo(List.of(row.get("part")));
            };
            StepVerifier.create(WalEx.changes(config).map(event -> event.newRecord()))
                    .assertNext(has(Map.of("a", 1, "b", 2, "c", 3)))
                    // The row that shows the change is not guessed at; with the next transaction the type is known.
                    .then(() -> database.execute("ALTER TYPE part DROP ATTRIBUTE b", insert("4, 6"), insert("7, 9")))
                    .assertNext(undecoded)
                    .assertNext(has(Map.of("a", 7, "c", 9)))
                    .then(() -> database.execute(
                            "ALTER TYPE part ADD ATTRIBUTE d int", insert("1, 2, 3"), insert("4, 5, 6")))
                    .assertNext(undecoded)
                    .assertNext(has(Map.of("a", 4, "c", 5, "d", 6)))
                    .then(() -> database.execute(
                            "ALTER TYPE part DROP ATTRIBUTE d, ADD ATTRIBUTE e text",
                            insert("1, 2, 'x'"),
                            insert("3, 4, 'y'")))
                    .assertNext(undecoded)
                    .assertNext(has(Map.of("a", 3, "c", 4, "e", "y")))
                    .thenCancel()
                    .verify(Duration.ofSeconds(60));
        } finally {
            database.drop();
        }
    }

    private static String insert(String part) {
        return "INSERT INTO item VALUES (ROW(%1$s), ARRAY[ROW(%1$s)::part])".formatted(part);
    }

    private static Consumer<Row> has(Map<String, Object> part) {
        return row -> {
            assertThat(row.get("part")).isEqualTo(part);
            assertThat(row.get("parts")).isEqualTo(List.of(part));
        };
    }

    /** Each type by itself, and arrays of those that drivers have arrays of. */
    private static List<TypeCase> types(int major) {
        List<TypeCase> types = TypeCases.all().stream()
                .filter(type -> type.sinceMajor() <= major)
                .toList();
        return Stream.concat(types.stream(), types.stream().flatMap(ReplicatedTypesIT::arrays))
                .toList();
    }

    private static Stream<TypeCase> arrays(TypeCase type) {
        StringJoiner literal = new StringJoiner(",", "{", ",NULL}");
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < type.values().size(); i++) {
            if (DriverValues.isShared(type, type.values().get(i))) {
                literal.add('"' + type.literals().get(i).replace("\\", "\\\\").replace("\"", "\\\"") + '"');
                values.add(type.values().get(i));
            }
        }
        if (values.isEmpty()) {
            return Stream.empty();
        }
        values.add(null);
        return Stream.of(TypeCase.of(type.type() + "[]").value(literal.toString(), values));
    }

    private static void assertExpected(TestDatabase database, List<TypeCase> types, List<Row> texts, List<Row> binaries)
            throws SQLException {
        int rows = texts.size();
        List<List<String>> selected = selected(database, types);
        for (int i = 0; i < rows; i++) {
            for (int column = 0; column < types.size(); column++) {
                TypeCase type = types.get(column);
                Object expected = type.values().get(i % type.values().size());
                String what = "%s, row %d".formatted(type.type(), i);
                assertThat(texts.get(i).get("c" + column)).as(what + ", text").isEqualTo(expected);
                assertThat(binaries.get(i).get("c" + column))
                        .as(what + ", binary")
                        .isEqualTo(expected);
                assertThat(texts.get(i).getText("c" + column))
                        .as(what + ", as selected")
                        .isEqualTo(selected.get(i).get(column));
            }
        }
    }

    private static void assertAsSelected(
            Driver driver, TestDatabase database, List<TypeCase> types, List<Row> texts, List<Row> binaries)
            throws Exception {
        List<List<Object>> known = IntStream.range(0, texts.size())
                .mapToObj(row -> types.stream()
                        .map(type -> type.values().get(row % type.values().size()))
                        .toList())
                .toList();
        String columns = IntStream.range(0, types.size()).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
        List<List<Object>> selected =
                driver.select(database, "SELECT " + columns + " FROM every ORDER BY n", types, known);
        Set<String> compared = new HashSet<>();
        for (int row = 0; row < texts.size(); row++) {
            for (int column = 0; column < types.size(); column++) {
                Object value = selected.get(row).get(column);
                if (value != null) {
                    String what = "%s, row %d, %s".formatted(types.get(column).type(), row, driver);
                    assertThat(texts.get(row).get("c" + column))
                            .as(what + ", text")
                            .isEqualTo(value);
                    assertThat(binaries.get(row).get("c" + column))
                            .as(what + ", binary")
                            .isEqualTo(value);
                    compared.add(types.get(column).type());
                }
            }
        }
        assertThat(compared).containsAll(COMPARABLE);
    }

    private static void createTable(TestDatabase database, List<TypeCase> types) {
        database.execute(TypeCases.SETUP.toArray(String[]::new));
        database.execute(IntStream.range(0, types.size())
                .mapToObj(column -> "c" + column + " " + types.get(column).type())
                .collect(Collectors.joining(", ", "CREATE TABLE every (n serial, ", ")")));
    }

    private static void insert(TestDatabase database, List<TypeCase> types, int row) {
        database.execute(IntStream.range(0, types.size())
                .mapToObj(column ->
                        types.get(column).sql(row % types.get(column).values().size()))
                .collect(Collectors.joining(", ", "INSERT INTO every VALUES (DEFAULT, ", ")")));
    }

    private static List<Row> replicated(TestDatabase database, String slot, int rows) {
        return replicated(database, slot, slot.equals("binary"), rows);
    }

    private static List<Row> replicated(TestDatabase database, String slot, boolean binary, int rows) {
        WalExConfig config = WalExConfig.fromUrl(database.url())
                .publication("events")
                .slot(SlotSpec.durable(slot))
                .binary(binary)
                .build();
        return WalEx.changes(config)
                .doOnNext(ReplicatedTypesIT::checkJson)
                .map(event -> event.newRecord())
                .take(rows)
                .collectList()
                .block(Duration.ofSeconds(60));
    }

    private static void checkJson(Event event) {
        JsonNode json = JsonCodec.MAPPER.readTree(EventJson.toJsonBytes(event));
        assertThat(json.get("new_record").size())
                .isEqualTo(event.newRecord().columns().size());
        assertThat(json.get("source").get("columns").size())
                .isEqualTo(event.newRecord().columns().size());
    }

    private static List<List<String>> selected(TestDatabase database, List<TypeCase> types) throws SQLException {
        // As the type's output function writes it; a cast of boolean to text does not.
        String columns = IntStream.range(0, types.size())
                .mapToObj(column -> "format('%s', c" + column + ")")
                .collect(Collectors.joining(", "));
        try (Connection connection = database.jdbc();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            List<List<String>> selected = new ArrayList<>();
            ResultSet rows = statement.executeQuery("SELECT " + columns + " FROM every ORDER BY n");
            while (rows.next()) {
                List<String> texts = new ArrayList<>();
                for (int i = 1; i <= types.size(); i++) {
                    texts.add(rows.getString(i));
                }
                selected.add(texts);
            }
            return selected;
        }
    }
}
