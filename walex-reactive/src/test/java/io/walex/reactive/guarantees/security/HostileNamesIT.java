package io.walex.reactive.guarantees.security;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.spool.DiskSpool;
import io.walex.reactive.testsupport.PostgresExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Nobody who may create objects in a schema of the role's {@code search_path} runs code with its rights: of whatever lies in
 * wait there, none is used by anything that the library does.
 */
class HostileNamesIT {

    private static final String PASSWORD = "unsuspecting";

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @TempDir
    Path directory;

    private final Disposable.Composite streams = Disposables.composite();
    private final List<Event> received = Collections.synchronizedList(new ArrayList<>());
    private String role;
    private String slot;

    @BeforeAll
    static void plant() {
        HostileNames.plant(postgres, "evil", "public");
    }

    @BeforeEach
    void createVictim() {
        slot = postgres.name();
        role = HostileNames.VICTIM + "_" + slot;
        postgres.execute(
                "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD '" + PASSWORD + "'",
                "GRANT ALL ON DATABASE " + postgres.name() + " TO " + role,
                "CREATE SCHEMA shop AUTHORIZATION " + role,
                "CREATE TABLE shop.todo (id int4 PRIMARY KEY)",
                "CREATE TABLE shop.later (id int4 PRIMARY KEY)",
                "ALTER TABLE shop.todo OWNER TO " + role,
                "ALTER TABLE shop.later OWNER TO " + role);
        HostileNames.reset(postgres);
    }

    @AfterEach
    void dropVictim() {
        streams.dispose();
        postgres.slot(slot).ifPresent(left -> {
            postgres.awaitSlotInactive(slot);
            postgres.execute("SELECT pg_drop_replication_slot('" + slot + "')");
        });
        postgres.execute(
                "ALTER DATABASE " + postgres.name() + " RESET search_path",
                "DROP OWNED BY " + role + " CASCADE",
                "DROP ROLE " + role);
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url(role, PASSWORD))
                .publication("events")
                .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .subscribe("shop.todo")
                .messages(true)
                .statusInterval(Duration.ofMillis(50))
                .heartbeat(Duration.ofMillis(100))
                .slot(SlotSpec.durable(slot));
    }

    /** Without this, the others would show nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"evil, public", "evil, pg_catalog", "public"})
    void trapsAreLaid(String path) throws SQLException {
        try (Connection connection = postgres.jdbc(role, PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = " + path);
            statement.execute("SELECT to_jsonb(oid::text) FROM pg_type WHERE oid >= 10000 LIMIT 1");
            statement.execute("SELECT to_jsonb('a'::text), count(*) FROM pg_class");
        }

        List<String> sprung = HostileNames.sprung(postgres);
        assertThat(sprung)
                .anyMatch(what -> what.startsWith("function to_jsonb "))
                .anyMatch(what -> what.startsWith("operator >= (oid, int4) "));
        if (path.equals("evil, pg_catalog")) {
            assertThat(HostileNames.kinds(sprung)).contains("function", "operator", "relation", "type", "aggregate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil, public", "evil, pg_catalog", "public, pg_catalog"})
    void pathOfTheRoleLeadsNowhere(String path) {
        postgres.execute("ALTER ROLE " + role + " SET search_path = " + path);

        assertThatNothingIsUsedByEverything();
    }

    @Test
    void pathOfTheDatabaseLeadsNowhere() {
        postgres.execute("ALTER DATABASE " + postgres.name() + " SET search_path = evil, pg_catalog, public");

        assertThatNothingIsUsedByEverything();
    }

    private void assertThatNothingIsUsedByEverything() {
        try {
            doEverything();
        } finally {
            // What was used tells more than how that failed.
            assertThat(HostileNames.sprung(postgres)).isEmpty();
        }
    }

    private void doEverything() {
        WalExConfig config = config().build();
        WalEx.preflight(config).block(PATIENCE);
        WalEx.setup(config).block(PATIENCE);
        WalEx.preflight(config).block(PATIENCE);

        WalEx walEx = start(config);
        insert("todo", "1");
        awaitReceived("1");
        await().atMost(PATIENCE).until(() -> received.stream().anyMatch(event -> event.type() == EventType.MESSAGE));

        typesThatAreMadeMeanwhileAreLookedUp();
        walEx.reconfigure(c -> c.addSubscriptions("shop.later"));
        await().atMost(PATIENCE)
                .until(() -> postgres.queryText("SELECT count(*)::text FROM pg_publication_tables")
                        .equals("2"));
        insert("later", "3");
        awaitReceived("3");

        postgres.terminateWalsenders(slot);
        insert("later", "4");
        awaitReceived("4");
        walEx.closeGracefully().block(PATIENCE);
        postgres.awaitSlotInactive(slot);

        WalEx temporary = start(config.mutate().slot(SlotSpec.temporary()).build());
        temporary.closeGracefully().block(PATIENCE);
        WalEx spooled =
                start(config.mutate().middleware(DiskSpool.in(directory)).build());
        insert("todo", "5");
        awaitReceived("5");
        spooled.closeGracefully().block(PATIENCE);
        postgres.awaitSlotInactive(slot);

        WalEx.drop(config).block(PATIENCE);
        assertThat(postgres.queryText("SELECT count(*)::text FROM pg_publication"))
                .isEqualTo("0");
    }

    /** Also of types that lie in wait themselves: an enum with a cast, a domain with a check, a composite of both. */
    private void typesThatAreMadeMeanwhileAreLookedUp() {
        postgres.execute(
                "CREATE TYPE evil.mood AS ENUM ('sad')",
                "CREATE FUNCTION evil.text(evil.mood) RETURNS pg_catalog.text LANGUAGE sql AS"
                        + " $$SELECT trap.spring('cast'); SELECT 'sad'::pg_catalog.text$$",
                "CREATE CAST (evil.mood AS pg_catalog.text) WITH FUNCTION evil.text(evil.mood) AS IMPLICIT",
                "CREATE DOMAIN evil.short AS pg_catalog.text CHECK (trap.spring('domain'))",
                "CREATE TYPE evil.both AS (mood evil.mood, short evil.short)",
                "ALTER TABLE shop.todo ADD mood evil.mood, ADD short evil.short, ADD pair evil.both",
                "INSERT INTO shop.todo VALUES (2, 'sad', 'x', ROW('sad', 'y'))");
        awaitReceived("2");
        Event event = received.stream()
                .filter(each ->
                        each.type() == EventType.INSERT && each.newRecord().has("pair"))
                .findFirst()
                .orElseThrow();
        assertThat(event.newRecord().getText("mood")).isEqualTo("sad");
        assertThat(event.newRecord().get("short")).isEqualTo("x");
        postgres.execute(
                "ALTER TABLE shop.todo DROP mood, DROP short, DROP pair",
                "DROP TYPE evil.both, evil.mood CASCADE",
                "DROP DOMAIN evil.short");
    }

    private WalEx start(WalExConfig config) {
        WalEx walEx = WalEx.create(config);
        streams.add(walEx.changes().subscribe(received::add, failure -> {}));
        walEx.awaitStreaming().block(PATIENCE);
        return walEx;
    }

    private void insert(String table, String id) {
        postgres.execute("INSERT INTO shop." + table + " VALUES (" + id + ")");
    }

    private void awaitReceived(String id) {
        await().atMost(PATIENCE)
                .until(() -> List.copyOf(received).stream()
                        .anyMatch(event -> event.type() == EventType.INSERT
                                && id.equals(event.newRecord().getText("id"))));
    }
}
