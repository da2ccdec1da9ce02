package io.walex.reactive.guarantees.slots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Slots of our name that somebody else needs. */
class ForeignSlotsIT {

    private static final String SLOT = "foreign_slot";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createPublication() {
        postgres.execute("CREATE TABLE todo (id int)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    private long remaining() {
        return postgres.queryOne(
                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'", row -> row.getLong(1));
    }

    private void assertThatDropLeavesIt() {
        WalExConfig config = streams.config().slot(SlotSpec.durable(SLOT)).build();

        assertThat(catchThrowable(() -> WalEx.drop(config).block(PATIENCE)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(SLOT, "do not drop it");
        assertThat(remaining()).isEqualTo(1);
    }

    @Test
    void dropLeavesAPhysicalSlot() {
        postgres.execute("SELECT pg_create_physical_replication_slot('" + SLOT + "')");
        try {
            assertThatDropLeavesIt();
        } finally {
            postgres.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
        }
    }

    @Test
    void dropLeavesTheSlotOfAnotherDatabase() {
        TestDatabase other = postgres.createDatabase();
        try {
            other.execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
            assertThatDropLeavesIt();
        } finally {
            other.drop();
        }
    }

    /** Nobody is told to stop its consumer, or waits for a turn that will never come. */
    @ParameterizedTest
    @EnumSource
    void slotThatItsOwnerUsesIsRefusedAtOnce(WhenInUse whenInUse) {
        TestDatabase other = postgres.createDatabase();
        try {
            other.execute("CREATE PUBLICATION events");
            streams.start(WalEx.changes(WalExConfig.fromUrl(other.url())
                    .name(other.name())
                    .publication("events")
                    .slot(SlotSpec.durable(SLOT))
                    .build()));
            other.awaitSlotActive(SLOT);
            WalExConfig config = streams.config()
                    .slot(SlotSpec.durable(SLOT).whenInUse(whenInUse))
                    .build();

            assertThat(catchThrowable(() -> WalEx.changes(config).blockLast(PATIENCE)))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContainingAll(SLOT, "do not drop it");
        } finally {
            streams.stop();
            other.drop();
        }
    }
}
