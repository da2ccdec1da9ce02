package io.walex.reactive.codec;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a role is set to, the same is found and the same is decoded: every setting of the running server that a role can
 * have, with unusual values. A few times all settings at once, at random; with {@code -Dwalex.settings.all=true} each value
 * of each by itself, which takes minutes. {@code -Dwalex.settings.seed=...} gives other values.
 */
class RoleSettingsIT {

    private static final String PASSWORD = "peculiar";
    private static final int TIMES = 3;

    /** What is a matter of the connection, of the meaning of data, of a superuser's limits, or of his choice of code. */
    private static final Set<String> LEFT_ALONE = Set.of(
            // Ends connections that are slow; the library keeps to the first.
            "wal_sender_timeout",
            "tcp_user_timeout",
            // What the numbers that "money" holds mean.
            "lc_monetary",
            "max_stack_depth",
            "temp_file_limit",
            "dynamic_library_path",
            "extension_control_path",
            "output_plugin_libraries",
            "local_preload_libraries",
            "session_preload_libraries",
            // Writes far more WAL.
            "wal_consistency_checking");

    /** Of settings that are no number, no switch and no choice. Others of these keep their value. */
    private static final Map<String, String> TEXTS = Map.of(
            "search_path", "pgdata, public",
            "DateStyle", "German",
            "TimeZone", "Asia/Kolkata",
            "client_encoding", "LATIN1",
            "application_name", "else",
            "default_text_search_config", "pg_catalog.simple",
            "timezone_abbreviations", "India",
            "restrict_nonsystem_relation_kind", "view, foreign-table",
            "createrole_self_grant", "set");

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    private static String role;
    private static Seen usual;

    /** What a stream and a preflight gave. */
    private record Seen(List<String> text, List<String> binary, String findings) {}

    @BeforeAll
    static void createTables() {
        role = "peculiar_" + postgres.name();
        postgres.execute(TypeCases.SETUP.toArray(String[]::new));
        List<TypeCase> types = TypeCases.all().stream()
                .filter(type -> type.sinceMajor() <= major())
                .toList();
        postgres.execute(
                "CREATE SCHEMA pgdata",
                "CREATE TABLE pgdata.thing (\"Id\" int PRIMARY KEY, plain int, word text, amount money)",
                "CREATE FUNCTION pgdata.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE TYPE pgdata.mood AS ENUM ('sad')",
                IntStream.range(0, types.size())
                        .mapToObj(
                                column -> "c" + column + " " + types.get(column).type())
                        .collect(Collectors.joining(", ", "CREATE TABLE every (", ")")),
                "CREATE TABLE names (class regclass, type regtype, proc regproc, procedure regprocedure)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + PASSWORD + "'",
                "SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')");
        for (int row = 0; row < 3; row++) {
            int number = row;
            postgres.execute(types.stream()
                    .map(type -> type.sql(number % type.values().size()))
                    .collect(Collectors.joining(", ", "INSERT INTO every VALUES (", ")")));
        }
        postgres.execute(
                "INSERT INTO pgdata.thing VALUES (1, 2, 'Grüße', 1234.56)",
                "INSERT INTO names VALUES ('pgdata.thing', 'pgdata.mood', 'pgdata.f', 'pgdata.f(int)')",
                "INSERT INTO names VALUES ('every', 'text', 'pg_backend_pid', 'abs(int)')");
        usual = see();
    }

    private static int major() {
        return Integer.parseInt(postgres.queryText("SHOW server_version_num")) / 10000;
    }

    @AfterEach
    void reset() {
        postgres.execute("ALTER ROLE " + role + " RESET ALL");
    }

    @AfterAll
    static void dropRole() {
        postgres.awaitSlotInactive(postgres.name());
        postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')", "DROP ROLE " + role);
    }

    /** As {@code regclass} and its like show names whose schema is not in the path: the text tells which object it is. */
    @Test
    void namesOfObjectsComeWithTheirSchema() {
        assertThat(usual.text.get(usual.text.size() - 1))
                .contains("\"class\":\"public.every\"", "\"type\":\"text\"", "\"proc\":\"pg_backend_pid\"");
    }

    /** What is most likely to change something; most of these were seen to. */
    @ParameterizedTest
    @CsvSource(delimiter = '=', textBlock = """
                    search_path                         = pgdata, public
                    quote_all_identifiers               = on
                    standard_conforming_strings         = off
                    idle_in_transaction_session_timeout = 1
                    exit_on_error                       = on
                    default_transaction_isolation       = serializable
                    default_transaction_read_only       = on
                    client_min_messages                 = debug5
                    """)
    void settingChangesNothing(String name, String value) {
        postgres.execute("ALTER ROLE " + role + " SET " + name + " = " + (value.contains(",") ? value : quoted(value)));

        assertThatAllIsAsUsual();
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void settingsOfTheRoleChangeNothing(Map<String, String> settings) throws SQLException {
        try (Connection connection = postgres.jdbc();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                alter(statement, setting.getKey(), setting.getValue());
            }
        }

        assertThatAllIsAsUsual();
    }

    /** A server may have reasons of its own against a value, such as a lack of memory. */
    private static void alter(Statement statement, String name, String value) {
        try {
            statement.execute("ALTER ROLE " + role + " SET \"" + name + "\" = "
                    + (name.equals("search_path") ? value : quoted(value)));
        } catch (SQLException refused) {
            // Then no role has it.
        }
    }

    private static String quoted(String value) {
        return "'" + value + "'";
    }

    private static void assertThatAllIsAsUsual() {
        Seen seen = see();
        assertThat(seen.text).isEqualTo(usual.text);
        assertThat(seen.binary).isEqualTo(usual.binary);
        assertThat(seen.findings).isEqualTo(usual.findings);
    }

    static Stream<Map<String, String>> unusual() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Setting setting : settings()) {
            values.put(setting.name, setting.unusual());
        }
        if (Boolean.getBoolean("walex.settings.all")) {
            return values.entrySet().stream()
                    .flatMap(setting -> setting.getValue().stream().map(value -> Map.of(setting.getKey(), value)));
        }
        Random random = new Random(Long.getLong("walex.settings.seed", 1));
        return Stream.generate(() -> values.entrySet().stream()
                        .filter(setting -> !setting.getValue().isEmpty())
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                setting -> setting.getValue()
                                        .get(random.nextInt(setting.getValue().size())),
                                (one, other) -> one,
                                LinkedHashMap::new)))
                .limit(TIMES)
                .map(settings -> settings);
    }

    /** A setting as {@code pg_settings} describes it. */
    private record Setting(
            String name,
            String type,
            String value,
            @Nullable String min,
            @Nullable String max,
            List<String> choices) {

        List<String> unusual() {
            return switch (type) {
                case "bool" -> List.of(value.equals("on") ? "off" : "on");
                case "enum" ->
                    choices.stream().filter(choice -> !choice.equals(value)).toList();
                case "integer", "real" ->
                    Stream.of(min, high())
                            .filter(end -> !end.equals(value))
                            .distinct()
                            .toList();
                default -> TEXTS.containsKey(name) ? List.of(TEXTS.get(name)) : List.of();
            };
        }

        /** The greatest value, unless that would make the server plan or wait for ever. */
        private String high() {
            if (name.endsWith("_timeout")) {
                // Short enough to end a stream, and long enough for a first statement.
                return name.equals("transaction_timeout") ? "1000" : "5";
            }
            double most = Double.parseDouble(max);
            return most <= 100_000 ? max : String.valueOf((long) (Double.parseDouble(value) * 100) + 1);
        }
    }

    private static List<Setting> settings() {
        // What the server writes to its log is nothing that a client sees.
        return postgres
                .query(
                        """
                        SELECT name, vartype, setting, min_val, max_val, array_to_string(enumvals, '|')
                          FROM pg_settings
                         WHERE context IN ('user', 'superuser') AND name NOT LIKE 'log\\_%' AND name NOT LIKE 'transaction\\_%only'
                         ORDER BY name
                        """,
                        row -> new Setting(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getString(6) == null
                                        ? List.of()
                                        : List.of(row.getString(6).split("\\|", -1))))
                .stream()
                .filter(setting -> !LEFT_ALONE.contains(setting.name))
                .toList();
    }

    private static Seen see() {
        WalExConfig.Builder config =
                WalExConfig.fromUrl(postgres.url(role, PASSWORD)).publication("events");
        WalEx temporary = WalEx.create(config.slot(SlotSpec.temporary()).build());
        var stream = temporary.changes().subscribe(event -> {}, failure -> {});
        try {
            temporary.awaitStreaming().block(PATIENCE);
        } finally {
            stream.dispose();
        }
        String findings = String.valueOf(WalEx.preflight(config.slot(SlotSpec.durable("other"))
                        .publication("others")
                        .publicationSetup(PublicationSetup.CREATE)
                        .subscribe("pgdata.thing")
                        .build())
                .block(PATIENCE));
        return new Seen(streamed(false), streamed(true), findings);
    }

    /** The same each time, since nothing is acknowledged. */
    private static List<String> streamed(boolean binary) {
        WalExConfig config = WalExConfig.fromUrl(postgres.url(role, PASSWORD))
                .publication("events")
                .slot(SlotSpec.durable(postgres.name()))
                .binary(binary)
                .build();
        List<String> streamed = WalEx.transactions(config)
                .concatMap(transaction -> transaction.events().map(RoleSettingsIT::shown))
                .take(6)
                .collectList()
                .block(PATIENCE);
        postgres.awaitSlotInactive(postgres.name());
        return streamed;
    }

    private static String shown(Event event) {
        Row row = event.newRecord();
        List<String> texts = new ArrayList<>();
        row.columns().forEach(column -> texts.add(column.name() + "=" + row.getText(column.name())));
        return EventJson.toJson(event) + texts;
    }
}
