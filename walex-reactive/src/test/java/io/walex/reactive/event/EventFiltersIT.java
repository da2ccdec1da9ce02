package io.walex.reactive.event;

import static io.walex.reactive.event.EventFilters.changed;
import static io.walex.reactive.event.EventFilters.changedTo;
import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.event.EventFilters.type;
import static io.walex.reactive.event.EventFilters.unwatchedFields;
import static io.walex.reactive.event.EventFilters.unwatchedRecords;
import static io.walex.reactive.event.EventFilters.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/** Filters and column transformers on what PostgreSQL really sends. */
class EventFiltersIT {

    private static final String SENTINEL = "INSERT INTO sentinel VALUES (1)";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id bigint PRIMARY KEY, status text, price numeric, body text, watched boolean, seen_at timestamptz)",
                "ALTER TABLE todo ALTER body SET STORAGE EXTERNAL",
                "CREATE TABLE sentinel (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private List<String> passing(Predicate<Event> filter, boolean binary) {
        return events(flux -> flux.filter(filter), binary).stream()
                .map(event -> event.type().jsonName() + " "
                        + (event.newRecord() == null ? event.oldRecord() : event.newRecord()).getText("id"))
                .toList();
    }

    private List<Event> events(Function<Flux<Event>, Flux<Event>> transformer, boolean binary) {
        WalExConfig config = streams.config().binary(binary).build();
        return WalEx.changes(config)
                .takeUntil(event -> event.name().equals("sentinel"))
                .filter(table("todo"))
                .transform(transformer)
                .collectList()
                .block(Duration.ofSeconds(30));
    }

    @ParameterizedTest(name = "binary {0}")
    @ValueSource(booleans = {false, true})
    void filtersOnValuesWithTheWholeOldRow(boolean binary) {
        postgres.execute(
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "INSERT INTO todo VALUES (1, 'new', 9.50, repeat('x', 10000), true)",
                "INSERT INTO todo VALUES (2, 'new', 1, 'b', false)",
                "UPDATE todo SET seen_at = now() WHERE id = 1",
                "UPDATE todo SET status = 'paid', seen_at = now() WHERE id = 1",
                "UPDATE todo SET status = 'paid' WHERE id = 1",
                "DELETE FROM todo",
                SENTINEL);

        Predicate<Event> filter = unwatchedRecords(Map.of("watched", false))
                .and(unwatchedFields("seen_at"))
                .and(where("price", 9.5));
        assertThat(passing(filter, binary)).containsExactly("insert 1", "update 1", "delete 1");
    }

    @Test
    void seesTransitions() {
        postgres.execute(
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "INSERT INTO todo VALUES (1, 'paid')",
                "UPDATE todo SET status = 'new'",
                "UPDATE todo SET status = 'paid', body = repeat('x', 10000)",
                "UPDATE todo SET price = 3",
                "UPDATE todo SET id = 2",
                SENTINEL);

        assertThat(passing(changedTo("status", "paid").or(changed("id")), false))
                .containsExactly("update 1", "update 2");
    }

    @Test
    void withoutOldValuesSelectsNothingAndUnwatchesNothing() {
        postgres.execute(
                "INSERT INTO todo VALUES (1, 'new', null, repeat('x', 10000), false)",
                "UPDATE todo SET status = 'paid'",
                "DELETE FROM todo",
                SENTINEL);

        Predicate<Event> select = changed("status").or(where("body", String.class, body -> true));
        List<Event> events = events(flux -> flux, false);
        assertThat(events).filteredOn(select).extracting(Event::type).containsExactly(EventType.INSERT);
        assertThat(events).filteredOn(select.negate()).isEmpty();
        assertThat(events)
                .filteredOn(unwatchedFields("status").and(unwatchedRecords(Map.of("watched", false))))
                .extracting(Event::type)
                .containsExactly(EventType.DELETE);
    }

    @Test
    void warnsOnceOfATableThatCannotCome() {
        postgres.execute("INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)", SENTINEL);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(EventFilters.class);
        log.start();
        logger.addAppender(log);
        try {
            Predicate<Event> filter = type(EventType.INSERT).and(table("todos").or(table("todo")));

            assertThat(passing(filter, false)).containsExactly("insert 1", "insert 2");
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        postgres.name()
                                + " has a filter that names what cannot come: \"todos\" is not in publication \"events\"; it has \"todo\"");
    }

    @ParameterizedTest
    @MethodSource("misspelt")
    void aColumnThatDoesNotExistIsRefusedAtTheStart(EventColumns columns) {
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> WalEx.changes(WalExConfig.fromUrl(postgres.url())
                                .publication("events")
                                .build())
                        .transform(columns)
                        .map(Event::name)
                        .blockFirst(Duration.ofSeconds(30)))
                .withMessage("Table public.todo has no column \"staus\" to show, hide or mask; it has \"status\"");
    }

    static Stream<EventColumns> misspelt() {
        return Stream.of(
                EventColumns.of("public.todo").mask("staus", Mask.constant("***")),
                EventColumns.of("todo").include("id", "staus"),
                EventColumns.of("todo").exclude("staus"));
    }

    @Test
    void aColumnThatIsNotPublishedIsMissingToo() {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .isGreaterThanOrEqualTo(150000);
        postgres.execute("CREATE PUBLICATION narrow FOR TABLE todo (id, status)");

        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> WalEx.changes(WalExConfig.fromUrl(postgres.url())
                                .publication("narrow")
                                .build())
                        .transform(EventColumns.of("todo").exclude("price"))
                        .blockFirst(Duration.ofSeconds(30)))
                .withMessageContaining("has no column \"price\" to show, hide or mask; it has [id, status]");
    }

    @ParameterizedTest(name = "binary {0}")
    @ValueSource(booleans = {false, true})
    void hidesAndMasksColumns(boolean binary) {
        postgres.execute(
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "INSERT INTO todo VALUES (1, 'secret', 9.50, 'hidden')",
                "UPDATE todo SET status = 'other', body = 'gone'",
                SENTINEL);

        List<Event> events = events(
                EventColumns.of("todo")
                        .exclude("body")
                        .mask("status", Mask.sha256("salt"))
                        .mask("price", value -> 0),
                binary);

        assertThat(events).allSatisfy(event -> {
            assertThat(EventJson.toJson(event)).doesNotContain("secret", "hidden", "9.5", "body");
            assertThat(event.newRecord().get("price")).isEqualTo(0);
        });
        String digest = postgres.queryText("SELECT encode(sha256('saltsecret'), 'hex')");
        assertThat(events.get(0).newRecord().get("status")).isEqualTo(digest);
        assertThat(events.get(1).changes()).containsOnlyKeys("status");
        assertThat(events.get(1).changes().get("status").oldValue()).isEqualTo(digest);
        assertThat(type(EventType.INSERT)).accepts(events.get(0));
    }
}
