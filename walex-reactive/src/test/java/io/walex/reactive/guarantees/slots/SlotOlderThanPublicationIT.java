package io.walex.reactive.guarantees.slots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.test.StepVerifier;

/** A slot that holds changes from before its publication as it is now: what comes of them, and what a preflight says. */
class SlotOlderThanPublicationIT {

    private static final int V15 = 150000;
    private static final int V18 = 180000;

    private static final String REMEDY =
            "; drop it so that it is made anew, and take a new snapshot of the tables, unless its consumer was up to date then";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTables() {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE TABLE note (id int PRIMARY KEY)");
    }

    private int version() {
        return Integer.parseInt(postgres.queryText("SHOW server_version_num"));
    }

    private void createSlot() {
        postgres.execute("SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')");
    }

    private WalExConfig.Builder config() {
        return streams.config().slot(SlotSpec.durable(postgres.name()));
    }

    private List<String> findings(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .map(Preflight.Finding::toString)
                .filter(finding -> finding.contains("slot \"" + postgres.name()))
                .toList();
    }

    @Test
    void slotThatIsNewerHasNothingToSay() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo", "ALTER PUBLICATION events ADD TABLE note");
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1)");

        assertThat(findings(config())).isEmpty();
        assertThat(findings(config().slot(SlotSpec.temporary()))).isEmpty();
        assertThat(findings(config().slot(SlotSpec.durable("absent")))).isEmpty();
    }

    @Test
    void publicationThatWasCreatedSince() {
        createSlot();
        postgres.execute(
                "INSERT INTO todo VALUES (1)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "INSERT INTO todo VALUES (2)");

        String added = "HURTS replication slot \"" + postgres.name()
                + "\": may hold changes from before publication \"events\" was created or altered, which are published as it was then: ";
        if (version() < V18) {
            assertThat(findings(config()))
                    .containsExactly(added
                            + "one from before it existed fails the stream, and those of what was added later are missing"
                            + REMEDY);
            StepVerifier.create(WalEx.changes(config().build()))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(PublicationNotFoundException.class)
                            .hasMessageContaining("\"events\""))
                    .verify(PATIENCE);
        } else {
            assertThat(findings(config()))
                    .containsExactly(added
                            + "those from before it existed, and those of what was added later, are missing" + REMEDY);
            assertThat(WalEx.changes(config().build())
                            .blockFirst(PATIENCE)
                            .newRecord()
                            .get("id"))
                    .isEqualTo(2);
        }
    }

    @Test
    void tableThatWasAddedSince() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo");
        createSlot();
        postgres.execute(
                "INSERT INTO note VALUES (1)",
                "ALTER PUBLICATION events ADD TABLE note",
                "INSERT INTO note VALUES (2)");

        assertThat(findings(config()))
                .containsExactly("HURTS replication slot \"" + postgres.name()
                        + "\": may hold changes of table public.note from before it was added to publication \"events\", or its columns or row filter were changed there: those from before are missing, or come as they were published then"
                        + REMEDY);
        assertThat(findings(config().subscribe("todo"))).isEmpty();
        assertThat(WalEx.changes(config().build())
                        .blockFirst(PATIENCE)
                        .newRecord()
                        .get("id"))
                .isEqualTo(2);
    }

    @Test
    void schemaThatWasAddedSince() {
        assumeThat(version()).isGreaterThanOrEqualTo(V15);
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo", "CREATE SCHEMA \"my.sales\"");
        createSlot();
        postgres.execute("ALTER PUBLICATION events ADD TABLES IN SCHEMA \"my.sales\"");

        assertThat(findings(config()))
                .singleElement()
                .asString()
                .contains("may hold changes of schema my.sales from before it was added to publication \"events\"");
    }

    /** The server moves catalog_xmin on some time after the consumer, so this does not take it for a sign alone. */
    @Test
    void consumerThatIsUpToDate() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo");
        createSlot();
        postgres.execute("ALTER PUBLICATION events ADD TABLE note");

        // Whoever reads a catalog may tidy it, which is WAL behind the slot's position.
        await().atMost(PATIENCE).untilAsserted(() -> {
            postgres.execute(
                    "SELECT pg_replication_slot_advance('" + postgres.name() + "', pg_current_wal_insert_lsn())");
            assertThat(findings(config())).isEmpty();
        });
    }
}
