package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is text in events and JSON is, in text and binary transfer alike, what the server itself writes. */
@ParameterizedClass(name = "PostgreSQL {0}")
@ValueSource(ints = {15, 18})
class ServerTextsIT {

    private static final int ROWS = 300;

    /** Their text is PostgreSQL's, also where it has to be made of the binary form. */
    private static final List<String> PLAIN = List.of(
            "float4",
            "float8",
            "numeric",
            "point",
            "line",
            "lseg",
            "box",
            "path",
            "polygon",
            "circle",
            "float8range",
            "float4range",
            "numrange");

    private static final List<String> COMPOUND = List.of("float4[]", "float8[]", "point[]", "float8range[]", "numbers");

    @Parameter
    int major;

    private final Random random = new Random(Long.getLong("codec.seed", 1));
    private TestDatabase database;

    @BeforeEach
    void create() {
        database = PostgresServer.shared(major).createDatabase();
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void numbersShapesAndRanges(boolean binary) throws Exception {
        database.execute(
                "CREATE TYPE float8range AS RANGE (subtype = float8)",
                "CREATE TYPE float4range AS RANGE (subtype = float4)",
                "CREATE TYPE numbers AS (f4 float4, f8 float8, p point, b box, r float8range, a float8[])");
        List<String> types = IntStream.range(0, 2)
                .mapToObj(i -> i == 0 ? PLAIN : COMPOUND)
                .flatMap(List::stream)
                .toList();
        database.execute(
                IntStream.range(0, types.size())
                        .mapToObj(i -> "c%d %s".formatted(i, types.get(i)))
                        .collect(Collectors.joining(", ", "CREATE TABLE every (n int, ", ", m float8multirange)")),
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('slot', 'pgoutput')",
                IntStream.range(0, ROWS)
                        .mapToObj(this::row)
                        .collect(Collectors.joining(", ", "INSERT INTO every VALUES ", "")));

        List<Event> events = replicated(binary, ROWS);

        String texts = IntStream.range(0, PLAIN.size())
                .mapToObj(i -> "format('%s', c" + i + ")")
                .collect(Collectors.joining(", "));
        List<List<String>> selected =
                select("SELECT n, %s, m::text, row_to_json(every)::text FROM every ORDER BY n".formatted(texts));
        for (int i = 0; i < ROWS; i++) {
            Row row = events.get(i).newRecord();
            List<String> expected = selected.get(i);
            for (int column = 0; column < PLAIN.size(); column++) {
                assertThat(row.getText("c" + column))
                        .as("%s of row %d", PLAIN.get(column), i)
                        .isEqualTo(expected.get(column + 1));
            }
            String multirange =
                    ((List<?>) row.get("m")).stream().map(Object::toString).collect(Collectors.joining(",", "{", "}"));
            assertThat(multirange).isEqualTo(expected.get(PLAIN.size() + 1));
            String json = EventJson.toJson(events.get(i));
            assertThat(json.substring(0, json.indexOf(",\"m\":[")))
                    .as("JSON of row %d", i)
                    .endsWith(expected.get(PLAIN.size() + 2).split(",\"m\":")[0]);
        }
    }

    private String row(int n) {
        String f4 = "'%s'::float4".formatted(Float.intBitsToFloat(random.nextInt()));
        String f8 = float8();
        String point = "point(%s, %s)".formatted(number(), number());
        String box = "box(point(%s, %s), point(%s, %s))".formatted(finite(), finite(), finite(), finite());
        String polygon =
                "polygon '((%s,%s),(%s,%s),(%s,%s))'".formatted(bare(), bare(), bare(), bare(), bare(), bare());
        double one = random.nextInt(1000) * Math.pow(10, random.nextInt(40) - 20);
        double other = one + Math.abs(random.nextDouble());
        String range = "float8range(%s, %s, '[)')".formatted(one, other);
        String array = "ARRAY[%s, %s, NULL]::float8[]".formatted(float8(), float8());
        return "("
                + String.join(
                        ", ",
                        String.valueOf(n),
                        f4,
                        f8,
                        numeric(),
                        point,
                        "line '{%s,%s,%s}'".formatted(1 + random.nextDouble(), bare(), bare()),
                        "lseg(point(%s, %s), %s)".formatted(finite(), finite(), point),
                        box,
                        "path '%s(%s,%s),(%s,%s)]'".formatted("[", bare(), bare(), bare(), bare()),
                        polygon,
                        "circle(point(%s, %s), abs(%s))".formatted(finite(), finite(), finite()),
                        range,
                        "float4range(%s::float4, NULL, '(]')".formatted((float) one),
                        "numrange(%s, NULL)".formatted(numeric()),
                        "ARRAY[%s, '-0']::float4[]".formatted(f4),
                        array,
                        "ARRAY[%s]".formatted(point),
                        "ARRAY[%s]".formatted(range),
                        "ROW(%s, %s, %s, %s, %s, %s)::numbers".formatted(f4, f8, point, box, range, array),
                        "float8multirange(%s)".formatted(range))
                + ")";
    }

    private String float8() {
        return number() + "::float8";
    }

    private String number() {
        return "'" + (random.nextInt(10) == 0 ? random.nextInt(1000) / 8.0 : Double.longBitsToDouble(random.nextLong()))
                + "'";
    }

    private String finite() {
        return "'" + bare() + "'";
    }

    private double bare() {
        return random.nextInt(2000) * Math.pow(10, random.nextInt(60) - 30);
    }

    private String numeric() {
        int kind = random.nextInt(20);
        String number =
                new BigDecimal(new BigInteger(random.nextInt(400), random), random.nextInt(120) - 20).toPlainString();
        return kind == 0 ? "'NaN'::numeric" : "'%s%s'::numeric".formatted(random.nextBoolean() ? "-" : "", number);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLongestNumerics(boolean binary) throws Exception {
        database.execute(
                "CREATE TABLE every (n int, v numeric, j jsonb)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('slot', 'pgoutput')",
                "INSERT INTO every SELECT 1, v, to_jsonb(v) FROM (SELECT (repeat('7', 131072) || '.' || repeat('3', 16383))::numeric) AS t (v)",
                "INSERT INTO every VALUES (2, 1e131071, '1'), (3, 1e-16383, '2'), (4, -1e-16383, '3')");
        List<Event> events = replicated(binary, 4);
        List<List<String>> selected = select("SELECT n, v::text, row_to_json(every)::text FROM every ORDER BY n");
        for (int i = 0; i < selected.size(); i++) {
            Row row = events.get(i).newRecord();
            assertThat(row.getText("v")).isEqualTo(selected.get(i).get(1));
            assertThat(row.get("v")).isEqualTo(new BigDecimal(selected.get(i).get(1)));
            assertThat(EventJson.toJson(events.get(i)))
                    .contains("\"new_record\":" + selected.get(i).get(2) + ",");
        }
    }

    record Amount(BigDecimal amount) {}

    record Order(int n, Amount j) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jsonThatNoTreeHoldsStopsNoConsumer(boolean binary) throws Exception {
        database.execute(
                "CREATE TABLE every (n int, j json)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('slot', 'pgoutput')",
                "INSERT INTO every VALUES (1, '{\"amount\": 1e99999999999, \"id\": 7}'), (2, '-0.5E-99999999999')",
                "INSERT INTO every SELECT 3, (repeat('[', 5000) || '1e99999999999' || repeat(']', 5000))::json",
                "INSERT INTO every SELECT 4, (repeat('{\"a\":', 5000) || '1' || repeat('}', 5000))::json",
                "INSERT INTO every VALUES (5, '{\"\\ud800\":1}'), (6, '{\"amount\": 1.50}')");

        List<Event> events = replicated(binary, 6);

        List<List<String>> selected = select("SELECT n, j::text FROM every ORDER BY n");
        for (int i = 0; i < events.size(); i++) {
            String compact = selected.get(i).get(1).replace(" ", "").replace("\\ud8", "\\uD8");
            assertThat(events.get(i).newRecord().get("j")).isInstanceOf(JsonNode.class);
            assertThat(EventJson.toJson(events.get(i))).contains("\"j\":" + compact + "},");
            assertThat(events.get(i).newRecord().get("j", String.class)).isEqualTo(compact);
        }
        Row beyond = events.get(0).newRecord();
        assertThat(((JsonNode) beyond.get("j")).get("id").intValue()).isEqualTo(7);
        assertThat(beyond.as(JsonNode.class).get("j").get("id").intValue()).isEqualTo(7);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> beyond.as(Order.class))
                .withMessageContainingAll("public.every", "column \"j\"", "BigDecimal without loss");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> events.get(1).newRecord().get("j", BigDecimal.class))
                .withMessageContainingAll("public.every", "Column \"j\"", "BigDecimal without loss");
        assertThat(events.get(5).newRecord().as(Order.class))
                .isEqualTo(new Order(6, new Amount(new BigDecimal("1.50"))));
    }

    private List<Event> replicated(boolean binary, int rows) {
        WalExConfig config = WalExConfig.fromUrl(database.url())
                .publication("events")
                .slot(SlotSpec.durable("slot"))
                .binary(binary)
                .build();
        return WalEx.changes(config).take(rows).collectList().block(Duration.ofSeconds(60));
    }

    private List<List<String>> select(String sql) throws SQLException {
        try (Connection connection = database.jdbc();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<List<String>> selected = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                selected.add(row);
            }
            return selected;
        }
    }
}
