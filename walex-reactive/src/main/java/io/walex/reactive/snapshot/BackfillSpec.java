package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TablePattern;
import java.util.List;
import java.util.Objects;

/**
 * Which rows a running stream reads again: each comes as an event of type {@link EventType#READ} between the live
 * changes, and after a table's last one {@link EventType#SNAPSHOT_COMPLETED}. Immutable.
 *
 * <p>A name stands for one piece of work. With a durable store, a backfill of the same name goes on where the last one
 * was interrupted. Once that has completed, it has nothing left to do: give another name to read again.
 *
 * @param tables as {@link WalExConfig.Builder#subscribe} takes them; those of them that are published and subscribed to
 * @param where SQL; "" for all rows
 * @param name names the backfill in events, logs and its store
 * @param store where progress is kept
 * @param options how it is read
 */
public record BackfillSpec(
        List<String> tables, String where, String name, SnapshotStore store, SnapshotOptions options) {

    private static final int LONGEST_NAME = 200;

    public BackfillSpec {
        tables = List.copyOf(tables);
        if (tables.isEmpty()) {
            throw new InvalidConfigException("A backfill needs at least one table; \"*\" means all", null);
        }
        for (String table : tables) {
            try {
                TablePattern.parse(table);
            } catch (IllegalArgumentException e) {
                throw new InvalidConfigException("Invalid table of a backfill: " + e.getMessage(), e);
            }
        }
        if (where.indexOf('\0') >= 0) {
            throw new InvalidConfigException(
                    "where of the backfill of %s holds a zero character, which no SQL has".formatted(tables), null);
        }
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidConfigException(
                    "The name of the backfill of %s must have 1 to %d characters, not all blank, none of them a control character"
                            .formatted(tables, LONGEST_NAME),
                    null);
        }
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(options, "options");
    }

    /**
     * Reads all rows of the tables. By default the name is that of the tables, and progress is kept in memory: after a
     * restart of the process the backfill begins again.
     *
     * @throws InvalidConfigException when no table is named, or one is wrongly written
     */
    public static BackfillSpec of(String... tables) {
        return new BackfillSpec(
                List.of(tables), "", nameOf(tables), SnapshotStore.inMemory(), SnapshotOptions.FOR_BACKFILL);
    }

    private static String nameOf(String... tables) {
        String all = String.join(",", tables);
        // Names of what differs must differ.
        String end = "..." + Integer.toHexString(all.hashCode());
        return all.length() <= LONGEST_NAME ? all : all.substring(0, LONGEST_NAME - end.length()) + end;
    }

    /**
     * Reads only the rows for which this SQL expression is true, in each of the tables. Example: {@code created_at >
     * now() - interval '7 days'}.
     *
     * <p>It is sent to the server as it is, within parentheses, in a transaction that is read-only. So it must come
     * from the developer, never from a user of the application. It is evaluated for each chunk of the table again: what
     * {@code now()} or a subquery gives may change between two chunks.
     *
     * @throws InvalidConfigException when it is blank
     */
    public BackfillSpec where(String sql) {
        if (sql.isBlank()) {
            throw new InvalidConfigException(
                    "where of the backfill of %s must not be blank; leave it out to read all rows".formatted(tables),
                    null);
        }
        return new BackfillSpec(tables, sql, name, store, options);
    }

    /**
     * Names the backfill. Those of an instance that run at the same time have different names.
     *
     * @param value 1 to 200 characters
     * @throws InvalidConfigException for another name
     */
    public BackfillSpec named(String value) {
        return new BackfillSpec(tables, where, value, store, options);
    }

    /** Keeps progress where it outlives the process, such as {@link SnapshotStores#directory}. */
    public BackfillSpec store(SnapshotStore value) {
        return new BackfillSpec(tables, where, name, value, options);
    }

    /** {@link SnapshotOptions#FOR_BACKFILL} by default. */
    public BackfillSpec options(SnapshotOptions value) {
        return new BackfillSpec(tables, where, name, store, value);
    }
}
