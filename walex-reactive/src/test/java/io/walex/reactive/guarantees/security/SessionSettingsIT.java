package io.walex.reactive.guarantees.security;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.codec.Interval;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What the text of values depends on is the same whatever the database is set to. */
class SessionSettingsIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void settingsOfTheDatabaseChangeNoValue(boolean binary) {
        String alter = "ALTER DATABASE \"" + postgres.name() + "\" SET ";
        postgres.execute(
                "CREATE TABLE value (id int PRIMARY KEY, day date, moment timestamptz, pause interval, ratio float8,"
                        + " bytes bytea, word text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO value VALUES (1, '2026-02-03', '2026-02-03 04:05:06.789+00', '-1 day +02:03:04', 0.1::float8 + 0.2::float8,"
                        + " '\\x005cff', 'Grüße')",
                alter + "DateStyle = 'German'",
                alter + "IntervalStyle = 'sql_standard'",
                alter + "TimeZone = 'Asia/Kolkata'",
                alter + "extra_float_digits = -15",
                alter + "bytea_output = 'escape'",
                alter + "client_encoding = 'LATIN1'");

        Event event = WalEx.changes(streams.config().binary(binary).build()).blockFirst(PATIENCE);

        Row row = event.newRecord();
        assertThat(row.get("day")).isEqualTo(LocalDate.of(2026, 2, 3));
        assertThat(row.get("moment")).isEqualTo(OffsetDateTime.parse("2026-02-03T04:05:06.789Z"));
        assertThat(row.get("pause")).isEqualTo(new Interval(0, -1, 7_384_000_000L));
        assertThat(row.get("ratio")).isEqualTo(0.1 + 0.2);
        assertThat(row.get("bytes")).isEqualTo(ByteBuffer.wrap(new byte[] {0, '\\', (byte) 0xff}));
        assertThat(row.get("word")).isEqualTo("Grüße");
        assertThat(row.getText("day")).isEqualTo("2026-02-03");
        assertThat(row.getText("bytes")).isEqualTo("\\x005cff");
        assertThat(row.getText("word")).isEqualTo("Grüße");
    }

    /** They come as the database's {@code client_min_messages} says. */
    @Test
    void whatIsLessThanAWarningIsNotLoggedAsOne() {
        postgres.execute(
                "CREATE TABLE value (id int)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO value VALUES (1)",
                "ALTER DATABASE \"" + postgres.name() + "\" SET client_min_messages = 'debug1'");

        try (LogLines log = LogLines.captureAll()) {
            WalEx.changes(streams.config().build()).blockFirst(PATIENCE);

            assertThat(log.messages()).noneMatch(line -> line.startsWith("The server "));
        }
    }

    /** As a pooler does that leaves startup parameters out: then names could mean anything. */
    @Test
    void sessionThatHasOtherSettingsIsNotUsed() {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .as("there are login triggers")
                .isGreaterThanOrEqualTo(170000);
        postgres.execute(
                "CREATE PUBLICATION events FOR ALL TABLES",
                "CREATE FUNCTION lead_astray() RETURNS event_trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN PERFORM set_config('search_path', 'evil, public', false); END$$",
                "CREATE EVENT TRIGGER astray ON login EXECUTE FUNCTION lead_astray()");
        WalExConfig config = streams.config().build();

        for (Mono<?> use : List.of(
                WalEx.changes(config).then(), WalEx.preflight(config), WalEx.setup(config), WalEx.drop(config))) {
            StepVerifier.create(use)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(ServerUnreachableException.class)
                            .hasMessageContaining("search_path = 'evil, public'")
                            .hasMessageContaining("connect to the server itself"))
                    .verify(PATIENCE);
        }
        assertThat(postgres.slot("walex")).isEmpty();
    }

    /** The server keeps a transaction open while it sends one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timeoutsOfTheDatabaseEndNoStream(boolean durable) {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .as("transaction_timeout is known")
                .isGreaterThanOrEqualTo(170000);
        postgres.execute(
                "CREATE TABLE value (id int PRIMARY KEY, word text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "ALTER DATABASE \"" + postgres.name() + "\" SET transaction_timeout = '1s'");
        WalEx walex = WalEx.create(streams.config()
                .slot(durable ? SlotSpec.durable("walex") : SlotSpec.temporary())
                .build());

        StepVerifier.create(walex.changes(), 1)
                .then(() -> walex.awaitStreaming().block(PATIENCE))
                .then(() -> postgres.execute(
                        "SET transaction_timeout = 0",
                        "INSERT INTO value SELECT i, repeat('x', 1000) FROM generate_series(1, 30000) i"))
                .expectNextCount(1)
                .then(this::assertThatTheWalsenderStays)
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(29_999)
                .thenCancel()
                .verify(PATIENCE);
    }

    private void assertThatTheWalsenderStays() {
        String pid = walsender();
        assertThat(pid).isNotNull();
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> pid.equals(walsender()));
    }

    /** Asked for where no timeout ends the query. */
    private String walsender() {
        return postgres.server()
                .database("postgres")
                .queryText("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity"
                        + " WHERE backend_type = 'walsender' AND datname = '" + postgres.name() + "'");
    }
}
