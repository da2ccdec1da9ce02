package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TablePattern;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which tables are wanted from the beginning: each row that is there comes as an event of type {@link EventType#READ},
 * between the live changes, and after a table's last one {@link EventType#SNAPSHOT_COMPLETED}. Immutable.
 *
 * @param tables as {@link WalExConfig.Builder#subscribe} takes them; those of them that are published and subscribed to
 * @param store where progress is kept; null where the slot is temporary and so nothing is resumed
 * @param options how it is read
 */
public record SnapshotSpec(List<String> tables, @Nullable SnapshotStore store, SnapshotOptions options) {

    public SnapshotSpec {
        tables = List.copyOf(tables);
        if (tables.isEmpty()) {
            throw new InvalidConfigException("snapshot needs at least one table; \"*\" means all", null);
        }
        for (String table : tables) {
            try {
                TablePattern.parse(table);
            } catch (IllegalArgumentException e) {
                throw new InvalidConfigException("Invalid table of a snapshot: " + e.getMessage(), e);
            }
        }
        Objects.requireNonNull(options, "options");
    }

    /**
     * Reads the tables once for the slot: it is resumed after a crash, and nothing happens when it has completed. A durable
     * slot takes a {@link #store}.
     */
    public static SnapshotSpec initial(String... tables) {
        return new SnapshotSpec(List.of(tables), null, SnapshotOptions.DEFAULT);
    }

    public SnapshotSpec store(SnapshotStore value) {
        return new SnapshotSpec(tables, Objects.requireNonNull(value, "store"), options);
    }

    /** {@link SnapshotOptions#DEFAULT} by default. */
    public SnapshotSpec options(SnapshotOptions value) {
        return new SnapshotSpec(tables, store, value);
    }
}
