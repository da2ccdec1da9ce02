package io.walex.reactive.examples.exactlyonce;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Row;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/**
 * Account balances that follow payments. Each payment and the {@link Position} of its event go into one database
 * transaction, so both are there or neither: an event that comes again, after a crash before it was acknowledged, is
 * recognised by its position.
 */
final class Balances {

    /**
     * Waits for whoever holds the row: a process that was killed may still have a commit on its way. No row is found when
     * this position, or a later one, is already there.
     */
    private static final String MOVE_ON = """
            UPDATE balance_position SET commit_lsn = ?::pg_lsn, ordinal = ?
             WHERE (commit_lsn, ordinal) < (?::pg_lsn, ?)
            """;

    private static final String ADD = """
            INSERT INTO balance VALUES (?, ?)
                ON CONFLICT (account) DO UPDATE SET total = balance.total + excluded.total
            """;

    private final Connection connection;

    private Balances(Connection connection) {
        this.connection = connection;
    }

    /** Makes the tables where they are missing. */
    static Balances open(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS balance (account text PRIMARY KEY, total numeric NOT NULL)");
            statement.execute("CREATE TABLE IF NOT EXISTS balance_position"
                    + " (id int PRIMARY KEY, commit_lsn pg_lsn, ordinal bigint)");
            statement.execute("INSERT INTO balance_position VALUES (1, '0/0', 0) ON CONFLICT DO NOTHING");
        }
        connection.commit();
        return new Balances(connection);
    }

    /** Adds a payment to its account's balance, unless that was done before. */
    void add(Event payment) throws SQLException {
        if (moveOnTo(payment.position())) {
            Row row = Objects.requireNonNull(payment.newRecord());
            try (PreparedStatement add = connection.prepareStatement(ADD)) {
                add.setString(1, row.getText("account"));
                add.setBigDecimal(2, row.get("amount", BigDecimal.class));
                add.executeUpdate();
            }
        }
        connection.commit();
    }

    private boolean moveOnTo(Position position) throws SQLException {
        try (PreparedStatement move = connection.prepareStatement(MOVE_ON)) {
            for (int i = 1; i <= 3; i += 2) {
                move.setString(i, position.commitLsn().toString());
                move.setLong(i + 1, position.ordinal());
            }
            return move.executeUpdate() == 1;
        }
    }
}
