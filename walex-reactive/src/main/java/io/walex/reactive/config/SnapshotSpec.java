package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TablePattern;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which tables are wanted from the beginning. Each row that is there comes as an event of type {@link EventType#READ},
 * between the live changes. After a table's last one comes {@link EventType#SNAPSHOT_COMPLETED}. Immutable.
 *
 * <p>Example: {@code SnapshotSpec.initial("orders", "customer").store(SnapshotStores.directory(path))}.
 *
 * @param tables as {@link WalExConfig.Builder#subscribe} takes them. Tables that match and are published and subscribed to
 *     are read; a table that is named and is not, fails the start
 * @param store where progress is kept; null for a temporary slot, with which nothing is resumed
 * @param options how the rows are read
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
     * Reads the tables once for the slot. It goes on after a crash, and does nothing once it has completed. Tables that are
     * added later are read then. With a new slot, all are read again.
     *
     * <p>A durable slot takes a {@link #store} that is durable too.
     *
     * @throws InvalidConfigException when no table is named, or one is wrongly written
     */
    public static SnapshotSpec initial(String... tables) {
        return new SnapshotSpec(List.of(tables), null, SnapshotOptions.DEFAULT);
    }

    /** Where progress is kept. Several streams may share a store. */
    public SnapshotSpec store(SnapshotStore value) {
        return new SnapshotSpec(tables, Objects.requireNonNull(value, "store"), options);
    }

    /** {@link SnapshotOptions#DEFAULT} by default. */
    public SnapshotSpec options(SnapshotOptions value) {
        return new SnapshotSpec(tables, store, value);
    }
}
