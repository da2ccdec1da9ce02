package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.StandbyServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;

/** Each thing that a preflight finds of the slot. */
class PreflightSlotIT extends PreflightFixture {

    @RegisterExtension
    static final PostgresExtension oldest = PostgresExtension.shared(PostgresServer.OLDEST_MAJOR);

    @Test
    void slotInUse() {
        SlotSpec.Durable slot = SlotSpec.durable("busy");
        WalEx walEx = WalEx.create(config(slot).build());
        Disposable stream = walEx.changes().subscribe();
        try {
            walEx.awaitStreaming().block(PATIENCE);

            assertThat(grave(config(slot)))
                    .singleElement()
                    .asString()
                    .startsWith("FAILS replication slot \"busy\": is active for PID");
            assertThat(grave(config(slot.whenInUse(WhenInUse.WAIT)))).isEmpty();
        } finally {
            stream.dispose();
            walEx.closeGracefully().block(PATIENCE);
        }
    }

    @Test
    void slotThatIsAboutToBeInvalidatedAndSlotThatWas() {
        database.execute(
                "SELECT pg_create_logical_replication_slot('late', 'pgoutput')",
                "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
                "SELECT pg_reload_conf()");
        try {
            for (int segment = 0; segment < 2; segment++) {
                database.execute("INSERT INTO todo VALUES (" + segment + ")", "SELECT pg_switch_wal()");
            }
            assertThat(grave(config(SlotSpec.durable("late"))))
                    .containsExactly(
                            "HURTS replication slot \"late\": is about to be invalidated: the WAL it needs may go at the next checkpoint; stream from it now, and raise max_slot_wal_keep_size");

            database.execute("CHECKPOINT");
            assertThat(grave(config(SlotSpec.durable("late"))))
                    .containsExactly(
                            "FAILS replication slot \"late\": was invalidated (wal_removed): the server no longer has the WAL that it needs; drop it, take a new snapshot of the tables, and raise max_slot_wal_keep_size or idle_replication_slot_timeout");
        } finally {
            database.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        }
    }

    /** The embedded binaries have one output plugin; the server tells plugins apart by the name a slot was made with. */
    @Test
    void slotsOfOthers() {
        TestDatabase other = server.createDatabase();
        database.execute(
                "SELECT pg_create_physical_replication_slot('physical')",
                "ALTER SYSTEM SET output_plugin_libraries = 'pgoutput', '$libdir/pgoutput'",
                "SELECT pg_reload_conf()");
        try {
            database.execute("SELECT pg_create_logical_replication_slot('foreign_plugin', '$libdir/pgoutput')");
            other.execute("SELECT pg_create_logical_replication_slot('elsewhere', 'pgoutput')");

            assertThat(grave(config(SlotSpec.durable("foreign_plugin"))))
                    .containsExactly(
                            "FAILS replication slot \"foreign_plugin\": belongs to plugin $libdir/pgoutput and database "
                                    + database.name() + ", not to pgoutput and " + database.name()
                                    + "; use another name, and do not drop it");
            assertThat(grave(config(SlotSpec.durable("elsewhere"))))
                    .containsExactly("FAILS replication slot \"elsewhere\": belongs to plugin pgoutput and database "
                            + other.name() + ", not to pgoutput and " + database.name()
                            + "; use another name, and do not drop it");
            assertThat(grave(config(SlotSpec.durable("physical"))))
                    .containsExactly(
                            "FAILS replication slot \"physical\": is a physical slot, of a standby or a backup, which holds no changes for pgoutput; use another name, and do not drop it");
        } finally {
            database.execute("SELECT pg_drop_replication_slot('physical')");
            other.drop();
        }
    }

    @Test
    void twoPhaseOfSlotAndConfigurationMustAgree() {
        database.execute(
                "SELECT pg_create_logical_replication_slot('one', 'pgoutput', twophase => false)",
                "SELECT pg_create_logical_replication_slot('two', 'pgoutput', twophase => true)");

        assertThat(grave(config(SlotSpec.durable("one")).twoPhase(TwoPhase.AT_PREPARE)))
                .containsExactly(
                        "FAILS replication slot \"one\": was made without two-phase decoding; drop it so that it is made anew, or set twoPhase(OFF)");
        assertThat(grave(config(SlotSpec.durable("two"))))
                .containsExactly(
                        "FAILS replication slot \"two\": was made with two-phase decoding, which stays with it; choose twoPhase(AT_COMMIT) or twoPhase(AT_PREPARE), or drop it so that it is made anew");
        assertThat(grave(config(SlotSpec.durable("two")).twoPhase(TwoPhase.AT_COMMIT)))
                .isEmpty();
    }

    @Test
    void failover() {
        SlotSpec failover = SlotSpec.durable("shop").forFailover();
        database.execute("SELECT pg_create_logical_replication_slot('shop', 'pgoutput')");

        assertThat(WalEx.preflight(config(failover).build()).block(PATIENCE).toString())
                .contains(
                        "HURTS replication slot \"shop\": is no failover slot: a promoted standby does not have it; drop it so that it is made anew",
                        "HURTS synchronized_standby_slots: is empty: the stream can get ahead of a standby",
                        "COSTS sync_replication_slots: is off here, which is for standbys");

        database.execute(
                "SELECT pg_drop_replication_slot('shop')",
                "SELECT pg_create_logical_replication_slot('shop', 'pgoutput', failover => true)");
        try (StandbyServer standby = StandbyServer.of(server, "standby", Map.of())) {
            database.execute("ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
            assertThat(grave(config(failover))).isEmpty();
            assertThat(grave(config(failover).port(standby.port())))
                    .contains(
                            "HURTS sync_replication_slots: is off on this standby: it keeps no copy of the slot; set sync_replication_slots = on on each standby, with hot_standby_feedback = on, primary_slot_name, and a dbname in primary_conninfo");
        } finally {
            database.execute("ALTER SYSTEM RESET synchronized_standby_slots", "SELECT pg_reload_conf()");
            // The standby's walsender may outlive it for a moment.
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> database.execute("SELECT pg_drop_replication_slot('standby')"));
        }
    }

    @Test
    void failoverBeforeItsTime() {
        oldest.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");

        assertThat(grave(WalExConfig.fromUrl(oldest.url())
                        .publication("events")
                        .slot(SlotSpec.durable("shop").forFailover())))
                .containsExactly(
                        "FAILS replication slot \"shop\": cannot be a failover slot before PostgreSQL 17, and this is "
                                + PostgresServer.OLDEST_MAJOR + "; leave forFailover() out");
    }
}
