package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.TcpProxy;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes of the configuration while streams run. */
class ReconfigureIT extends ReconfigurableStreams {

    @Test
    void subscriptionsChangeAtTheNextTransaction() throws Exception {
        WalEx walex = streams.create(config());
        start(walex);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "INSERT INTO other VALUES (1, 'sad')");
        seen.await("todo 1");

        walex.reconfigure(c -> c.addSubscriptions("other"));
        assertThat(walex.config().subscriptions()).containsExactly("todo", "other");
        postgres.executeInTransaction("INSERT INTO todo VALUES (2)", "INSERT INTO other VALUES (2, 'happy')");
        seen.await("todo 1", "todo 2", "other 2");

        walex.reconfigure(c -> c.removeSubscriptions("todo"));
        postgres.executeInTransaction("INSERT INTO todo VALUES (3)", "INSERT INTO other VALUES (3, null)");
        seen.await("todo 1", "todo 2", "other 2", "other 3");

        walex.reconfigure(c -> c.subscribe("*"));
        postgres.execute("INSERT INTO todo VALUES (4)");
        seen.await("todo 1", "todo 2", "other 2", "other 3", "todo 4");
    }

    @Test
    void aSubscriptionThatIsAddedAndCannotComeIsWarnedOf() {
        WalEx walex = streams.create(config());
        start(walex);
        try (LogLines log = LogLines.capture(TableChecks.class)) {
            walex.reconfigure(c -> c.addSubscriptions("othr"));

            await().atMost(PATIENCE)
                    .until(
                            log::messages,
                            List.of(
                                            postgres.name()
                                                    + " subscribes in vain: \"othr\" is not in publication \"events\"; it has \"other\"")
                                    ::equals);
        }
    }

    @Test
    void aTransactionThatHasBegunKeepsItsSubscriptions() {
        WalEx walex = streams.create(config().subscribe("*"));
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "INSERT INTO other VALUES (1)");
        postgres.execute("INSERT INTO other VALUES (2)", "INSERT INTO todo VALUES (2)");

        streams.start(
                walex.changes()
                        .doOnNext(event -> {
                            if (seen.size() == 0) {
                                walex.reconfigure(c -> c.subscribe("todo"));
                            }
                        })
                        .map(ReconfigurableStreams::describe),
                seen);

        seen.await("todo 1", "other 1", "todo 2");
    }

    @Test
    void aNewAddressTakesANewConnection() throws Exception {
        TcpProxy first = TcpProxy.to(postgres.host(), postgres.port());
        try (TcpProxy second = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex = streams.create(config().host("localhost").port(first.port()));
            start(walex);
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.await("todo 1");
            int pid = postgres.slot("walex").orElseThrow().activePid();

            walex.reconfigure(c -> c.port(second.port()));
            await().atMost(PATIENCE)
                    .until(() -> postgres.slot("walex")
                            .filter(slot -> slot.active() && slot.activePid() != pid)
                            .isPresent());
            first.close();
            postgres.execute("INSERT INTO todo VALUES (2)");

            seen.await("todo 1", "todo 2");
        }
    }

    @Test
    void newCredentialsTakeANewConnection() throws Exception {
        String role = "reader_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'one'");
        try {
            WalEx walex = streams.create(config());
            start(walex);
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.await("todo 1");

            walex.reconfigure(c -> c.username(role).password("two"));
            await().atMost(PATIENCE)
                    .until(() -> postgres.query(
                                            "SELECT usename FROM pg_stat_replication WHERE usename = '" + role + "'",
                                            row -> row.getString(1))
                                    .size()
                            == 1);
            postgres.execute("INSERT INTO todo VALUES (2)");
            seen.await("todo 1", "todo 2");
            assertThat(walex.config().toString()).doesNotContain("two").contains("password=***");
        } finally {
            streams.stop();
            postgres.awaitSlotInactive("walex");
            try (Connection connection = postgres.jdbc();
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP ROLE " + role);
            }
        }
    }

    @Test
    void timeoutsCountFromTheNextConnection() {
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex = streams.create(config().host(proxy.host()).port(proxy.port()));
            start(walex);

            walex.reconfigure(c -> c.connectTimeout(Duration.ofMillis(321)));
            proxy.pause();
            proxy.reset();

            Throwable unreachable = walex.states()
                    .ofType(ConnectionState.Reconnecting.class)
                    .map(ConnectionState.Reconnecting::because)
                    .filter(ServerUnreachableException.class::isInstance)
                    .blockFirst(PATIENCE);
            assertThat(unreachable).hasMessageContaining("no answer within 321 ms");
        }
    }

    @Test
    void slotAndPublicationAreRefusedWithTheReason() {
        WalEx walex = streams.create(config());

        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.slot(SlotSpec.durable("another"))))
                .withMessage(
                        "slot of \"" + postgres.name()
                                + "\" cannot be changed from slot \"walex\" to slot \"another\": the new one would start elsewhere, with a gap or with repetitions; create another instance");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.publication("others")))
                .withMessageContaining(
                        "publication of \"" + postgres.name() + "\" cannot be changed from [events] to [others]");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.subscribe("todo").removeSubscriptions("toods")))
                .withMessage("\"toods\" is not among the subscriptions [todo]");
        assertThat(walex.config().slot()).isEqualTo(SlotSpec.durable("walex"));
    }

    @Test
    void aTemporarySlotIsNotThrownAwayForANewAddress() {
        WalEx walex = streams.create(config().slot(SlotSpec.temporary()));
        walex.reconfigure(c -> c.password("not streaming yet"));
        streams.start(walex.changes().map(ReconfigurableStreams::describe), seen);
        walex.awaitStreaming().block(PATIENCE);

        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.port(1)))
                .withMessageContaining("temporary slot, which would be lost");
        walex.reconfigure(c -> c.addSubscriptions("other"));
        postgres.execute("INSERT INTO other VALUES (1)");
        seen.await("other 1");
    }
}
