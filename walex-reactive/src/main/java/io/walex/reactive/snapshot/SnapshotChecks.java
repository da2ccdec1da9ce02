package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.server.ServerConnection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks at what a snapshot is to read before it does. What keeps it from starting is found and worded here and in {@link
 * SourceCatalog} only, for the start and for the preflight.
 */
public final class SnapshotChecks {

    private SnapshotChecks() {}

    /**
     * A table that can be read, as the publication names it.
     *
     * @param bytes of all its heaps, with what is stored out of line
     * @param outOfLine of these, what is stored out of line
     * @param hasKey whether its rows can be told apart
     * @param leavesOut whether updates may leave out columns that did not change
     */
    public record Table(String name, long bytes, long outOfLine, boolean hasKey, boolean leavesOut) {}

    /**
     * What was found.
     *
     * @param obstacles what a start would fail with, the first of each table pattern
     * @param tables those that can be read
     */
    public record Found(List<WalExException> obstacles, List<Table> tables) {}

    /** Looks at each of the tables that the initial snapshot names. */
    public static Mono<Found> run(ServerConnection server, WalExConfig config, SnapshotSpec snapshot) {
        return Flux.fromIterable(snapshot.tables())
                .concatMap(table -> run(server, config, snapshot.options(), TablePattern.parse(table)))
                .collectList()
                .map(SnapshotChecks::together);
    }

    private static Mono<Found> run(
            ServerConnection server, WalExConfig config, SnapshotOptions options, TablePattern pattern) {
        return new SourceCatalog(server, config)
                .tables(List.of(pattern))
                .doOnNext(sources -> requireKeys(Snapshots.INITIAL, "", options, sources))
                .map(sources -> new Found(List.of(), tables(sources)))
                .onErrorResume(
                        error -> error instanceof InvalidConfigException
                                || error instanceof InsufficientPrivilegeException,
                        error -> Mono.just(new Found(List.of((WalExException) error), List.of())));
    }

    private static Found together(List<Found> all) {
        return new Found(
                all.stream().flatMap(found -> found.obstacles.stream()).toList(),
                all.stream().flatMap(found -> found.tables.stream()).distinct().toList());
    }

    private static List<Table> tables(List<SourceTable> sources) {
        List<Table> tables = new ArrayList<>();
        for (SourceTable source : sources) {
            long inLine = source.pages() * source.blockSize();
            Table heap = new Table(
                    source.title(),
                    source.bytes(),
                    Math.max(0, source.bytes() - inLine),
                    source.hasKey(),
                    source.leavesOut());
            int last = tables.size() - 1;
            if (last >= 0 && tables.get(last).name.equals(heap.name)) {
                tables.set(last, withPartition(tables.get(last), heap));
            } else {
                tables.add(heap);
            }
        }
        return tables;
    }

    private static Table withPartition(Table table, Table heap) {
        return new Table(
                table.name,
                table.bytes + heap.bytes,
                table.outOfLine + heap.outOfLine,
                table.hasKey && heap.hasKey,
                table.leavesOut || heap.leavesOut);
    }

    /**
     * What rows are told apart by.
     *
     * @throws InvalidConfigException where a table has nothing and would need it
     */
    static void requireKeys(String snapshot, String where, SnapshotOptions options, List<SourceTable> tables) {
        for (SourceTable table : tables) {
            String problem = table.hasKey() ? null : keyless(where, options, table);
            if (problem != null) {
                throw new InvalidConfigException(
                        "Snapshot \"%s\" cannot read %s, which has no key that is published: %s; add a primary key, or a unique index with REPLICA IDENTITY USING INDEX"
                                .formatted(snapshot, table.title(), problem),
                        null);
            }
        }
    }

    private static @Nullable String keyless(String where, SnapshotOptions options, SourceTable table) {
        if (options.keyless() == SnapshotOptions.Keyless.REFUSE) {
            return "options refuse tables without one";
        }
        if (!where.isEmpty()) {
            return "a part of its rows cannot be told from the rest";
        }
        return table.oid() == table.relation().oid()
                ? null
                : "rows may move between its partitions while they are read";
    }
}
