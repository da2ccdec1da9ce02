package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.testsupport.InstalledServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What an error means does not depend on the server's language, nor do the names in our messages. */
class LocalizedServerIT {

    private static InstalledServer server;
    private TestDatabase database;

    @BeforeAll
    static void startServer() {
        Optional<InstalledServer> german = InstalledServer.startInGerman();
        assumeTrue(german.isPresent(), "No PostgreSQL with German messages, or no German locale, is installed");
        server = german.get();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void createPublication() {
        database = server.createDatabase();
        database.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    private WalExConfig.Builder config(String user) {
        return WalExConfig.fromUrl(database.url(user, "")).publication("events");
    }

    private static Throwable failure(WalExConfig.Builder config) {
        return catchThrowable(() -> WalEx.changes(config.build()).blockLast(PATIENCE));
    }

    @Test
    void speaksGerman() {
        assertThat(database.queryText("SHOW lc_messages")).startsWith("de_DE");
        assertThat(catchThrowable(() -> database.execute("SELECT 1/0")))
                .cause()
                .hasMessageContaining("Division durch Null");
    }

    @Test
    void publicationThatIsDroppedUnderTheStream() {
        WalEx walex = WalEx.create(config("postgres")
                .slot(SlotSpec.durable("walex_" + database.name()))
                .build());

        StepVerifier.create(walex.changes())
                .then(() -> walex.awaitStreaming().block(PATIENCE))
                .then(() -> database.execute("DROP PUBLICATION events", "INSERT INTO todo VALUES (1)"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(PublicationNotFoundException.class)
                        .hasMessageContainingAll("Publication \"events\" was dropped", "create it again"))
                .verify(PATIENCE);
    }

    @Test
    void missingRightToConnect() {
        database.execute(
                "CREATE ROLE outside_" + database.name() + " LOGIN REPLICATION",
                "REVOKE CONNECT ON DATABASE " + database.name() + " FROM PUBLIC");

        assertThat(failure(config("outside_" + database.name())))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContaining("GRANT CONNECT ON DATABASE \"" + database.name() + "\"");
    }

    @Test
    void missingRightToReplicate() {
        database.execute("CREATE ROLE plain_" + database.name() + " LOGIN");

        for (SlotSpec slot : new SlotSpec[] {SlotSpec.temporary(), SlotSpec.durable("walex")}) {
            assertThat(failure(config("plain_" + database.name()).slot(slot)))
                    .isInstanceOf(InsufficientPrivilegeException.class)
                    .hasMessageContaining("grant it with ALTER ROLE ... REPLICATION");
        }
    }

    @Test
    void missingRightToCreateThePublication() {
        database.execute("CREATE ROLE maker_" + database.name() + " LOGIN REPLICATION");
        WalExConfig.Builder config = config("maker_" + database.name())
                .publication("mine")
                .subscribe("todo")
                .publicationSetup(PublicationSetup.CREATE);

        assertThat(failure(config))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContainingAll(
                        "\"mine\"", "may not create it", "GRANT CREATE ON DATABASE \"" + database.name() + "\"");
        assertThat(failure(config.subscribe("*")))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContainingAll("\"mine\"");
    }
}
