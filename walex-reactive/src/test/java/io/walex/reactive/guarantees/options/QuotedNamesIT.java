package io.walex.reactive.guarantees.options;

import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tables whose names have dots, quotes and upper case, wherever a table is named. */
class QuotedNamesIT {

    private static final String TODO = "\"my.schema\".\"To.do\"";
    private static final String LIST = "\"my.schema\".\"my \"\"own\"\" list\"";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE SCHEMA \"my.schema\"",
                "CREATE SCHEMA my",
                "CREATE TABLE " + TODO + " (id int PRIMARY KEY, secret text)",
                "CREATE TABLE " + LIST + " (id int PRIMARY KEY)",
                "CREATE TABLE my.\"schema.To.do\" (id int PRIMARY KEY)");
    }

    private WalExConfig setUp() {
        WalExConfig config = streams.config()
                .publicationSetup(PublicationSetup.CREATE)
                .slot(SlotSpec.durable(postgres.name()))
                .subscribe(TODO, LIST)
                .build();
        WalEx.setup(config).block(PATIENCE);
        postgres.execute(
                "INSERT INTO my.\"schema.To.do\" VALUES (0)",
                "INSERT INTO " + TODO + " VALUES (1, 'hidden')",
                "INSERT INTO " + LIST + " VALUES (2)");
        return config;
    }

    @Test
    void areSubscribedToPublishedFilteredAndShown() {
        WalExConfig config = setUp();

        assertThat(postgres.query("SELECT tablename FROM pg_publication_tables", row -> row.getString(1)))
                .containsExactlyInAnyOrder("To.do", "my \"own\" list");
        assertThat(WalEx.preflight(config).block(PATIENCE).findings())
                .filteredOn(finding -> finding.subject().startsWith("subscription"))
                .isEmpty();
        List<Event> events = WalEx.changes(config)
                .transform(EventColumns.of(TODO).exclude("secret"))
                .take(2)
                .collectList()
                .block(PATIENCE);
        assertThat(events).extracting(Event::name).containsExactly("To.do", "my \"own\" list");
        assertThat(events.get(0).newRecord().has("secret")).isFalse();
        assertThat(events).filteredOn(table(LIST)).containsExactly(events.get(1));
    }

    @Test
    void areHandled() {
        WalExConfig config = setUp();
        Sinks.Many<String> handled = Sinks.many().unicast().onBackpressureBuffer();
        Mono<Void> run = Handlers.builder()
                .onInsert(TODO, tellAs("todo", handled))
                .onInsert(LIST, tellAs("list", handled))
                .build()
                .run(WalEx.create(config));

        assertThat(Flux.merge(handled.asFlux(), run.cast(String.class))
                        .take(2)
                        .collectList()
                        .block(PATIENCE))
                .containsExactlyInAnyOrder("todo 1", "list 2");
    }

    private static EventHandler tellAs(String name, Sinks.Many<String> handled) {
        return EventHandler.each(event -> Mono.fromRunnable(() -> handled.emitNext(
                name + " " + event.newRecord().get("id"), Sinks.EmitFailureHandler.busyLooping(PATIENCE))));
    }
}
