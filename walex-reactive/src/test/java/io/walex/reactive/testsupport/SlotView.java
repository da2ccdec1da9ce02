package io.walex.reactive.testsupport;

import io.walex.reactive.pgoutput.Lsn;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code pg_replication_slots}.
 *
 * @param activePid the walsender's process, where active
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 */
public record SlotView(
        String name,
        boolean temporary,
        boolean active,
        @Nullable Integer activePid,
        @Nullable Lsn restartLsn,
        @Nullable Lsn confirmedFlushLsn,
        @Nullable String walStatus,
        boolean twoPhase) {

    /**
     * Whether somebody uses it, and all that is committed from now on will come. While a slot is made it is active, too, and
     * what is committed before its start is found never comes.
     */
    public boolean inUse() {
        return active && confirmedFlushLsn != null;
    }

    static SlotView from(ResultSet row) throws SQLException {
        return new SlotView(
                row.getString("slot_name"),
                row.getBoolean("temporary"),
                row.getBoolean("active"),
                row.getObject("active_pid", Integer.class),
                lsn(row, "restart_lsn"),
                lsn(row, "confirmed_flush_lsn"),
                row.getString("wal_status"),
                row.getBoolean("two_phase"));
    }

    private static @Nullable Lsn lsn(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : Lsn.parse(text);
    }
}
