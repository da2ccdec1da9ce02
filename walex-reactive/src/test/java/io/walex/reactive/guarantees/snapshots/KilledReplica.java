package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Column;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.snapshot.SnapshotStores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps tables of another database as it is told, a transaction for each, and writes down each row that is read into the table
 * {@code reads}. To be killed.
 */
final class KilledReplica {

    private final Connection target;

    private KilledReplica(Connection target) {
        this.target = target;
    }

    /** Source's URL, target's JDBC URL, directory of progress, rows per second, tables. */
    public static void main(String[] arguments) throws SQLException {
        Connection target = DriverManager.getConnection(arguments[1]);
        target.setAutoCommit(false);
        KilledReplica replica = new KilledReplica(target);
        WalEx.create(WalExConfig.fromUrl(arguments[0])
                        .publication("events")
                        .slot(SlotSpec.durable("walex"))
                        .statusInterval(Duration.ofMillis(20))
                        .snapshot(SnapshotSpec.initial(arguments[4].split(","))
                                .store(SnapshotStores.directory(Path.of(arguments[2])))
                                .options(SnapshotOptions.DEFAULT
                                        .chunkBytes(16 << 10)
                                        .rowsPerSecond(Integer.parseInt(arguments[3]))))
                        .build())
                .transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .collectList()
                                .publishOn(Schedulers.boundedElastic())
                                .flatMap(events -> replica.apply(transaction, events)),
                        0)
                .blockLast();
    }

    private Mono<Void> apply(Transaction transaction, List<Event> events) {
        return Mono.fromRunnable(() -> {
            try {
                for (Event event : events) {
                    apply(event);
                }
                target.commit();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            transaction.acknowledge();
        });
    }

    private void apply(Event event) throws SQLException {
        switch (event.type()) {
            case INSERT, UPDATE, READ -> {
                Row row = Objects.requireNonNull(event.newRecord());
                Row old = event.oldRecord();
                if (old != null) {
                    execute("UPDATE %s SET id = ? WHERE id = ?".formatted(event.name()), row.get("id"), old.get("id"));
                }
                upsert(event.name(), row);
            }
            case DELETE ->
                execute(
                        "DELETE FROM %s WHERE id = ?".formatted(event.name()),
                        Objects.requireNonNull(event.oldRecord()).get("id"));
            case SNAPSHOT_COMPLETED -> execute("INSERT INTO reads VALUES (?, NULL)", event.name());
            default -> {
                // None of others.
            }
        }
        if (event.type() == EventType.READ) {
            execute(
                    "INSERT INTO reads VALUES (?, ?)",
                    event.name(),
                    Objects.requireNonNull(event.newRecord()).get("id"));
        }
    }

    /** Columns that did not come stay as they are. */
    private void upsert(String table, Row row) throws SQLException {
        List<String> columns =
                row.columns().stream().map(Column::name).filter(row::has).toList();
        List<Object> values = new ArrayList<>();
        columns.forEach(column -> values.add(row.get(column)));
        execute(
                "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (id) DO UPDATE SET %s"
                        .formatted(
                                table,
                                String.join(", ", columns),
                                String.join(", ", Collections.nCopies(columns.size(), "?")),
                                columns.stream()
                                        .map(column -> column + " = excluded." + column)
                                        .collect(Collectors.joining(", "))),
                values.toArray());
    }

    private void execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
