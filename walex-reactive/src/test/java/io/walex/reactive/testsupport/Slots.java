package io.walex.reactive.testsupport;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The replication slots of one database: seen, awaited, ended. */
public final class Slots {

    private final TestDatabase database;

    Slots(TestDatabase database) {
        this.database = database;
    }

    public List<SlotView> all() {
        return database.query(
                "SELECT * FROM pg_replication_slots WHERE database = current_database() ORDER BY slot_name",
                SlotView::from);
    }

    Optional<SlotView> find(String name) {
        return all().stream().filter(slot -> slot.name().equals(name)).findFirst();
    }

    /** Waits until the slot is as described; fails after some seconds. */
    public SlotView await(String name, Predicate<SlotView> condition) {
        return until(name)
                .until(() -> find(name), slot -> slot.filter(condition).isPresent())
                .orElseThrow();
    }

    SlotView awaitActive(String name) {
        return await(name, SlotView::inUse);
    }

    SlotView awaitInactive(String name) {
        return await(name, slot -> !slot.active());
    }

    void awaitNone() {
        until("none").until(this::all, List::isEmpty);
    }

    private static ConditionFactory until(String what) {
        return Awaitility.await("slot " + what).atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    int terminateWalsenders(String name) {
        return database.query(
                        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                                + " WHERE active AND slot_name = '" + name + "'",
                        row -> row.getBoolean(1))
                .size();
    }

    void dropAll() {
        for (SlotView slot : all()) {
            terminateWalsenders(slot.name());
            // A terminated walsender takes its temporary slot with it.
            if (!slot.temporary()) {
                awaitInactive(slot.name());
                database.execute("SELECT pg_drop_replication_slot('" + slot.name() + "')");
            }
        }
        awaitNone();
    }
}
