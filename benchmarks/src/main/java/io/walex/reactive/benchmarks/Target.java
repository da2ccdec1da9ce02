package io.walex.reactive.benchmarks;

import java.util.List;

/**
 * What a reader reads in one pass.
 *
 * @param sent how many rows the server sends
 * @param wanted how many of them are of the subscribed tables
 * @param endLsn behind the last of them
 */
public record Target(
        String host,
        int port,
        String username,
        String database,
        String publication,
        String slot,
        List<String> tables,
        long sent,
        long wanted,
        String endLsn) {

    /** The table by which Debezium is asked for a snapshot, where one is to be taken. */
    public static final String SIGNALS = "debezium_signal";

    public Target through(int otherPort) {
        return new Target(host, otherPort, username, database, publication, slot, tables, sent, wanted, endLsn);
    }

    public Target onSlot(String otherSlot) {
        return new Target(host, port, username, database, publication, otherSlot, tables, sent, wanted, endLsn);
    }

    public Target until(String lsn) {
        return new Target(host, port, username, database, publication, slot, tables, sent, wanted, lsn);
    }

    public Target of(List<String> otherTables) {
        return new Target(host, port, username, database, publication, slot, otherTables, sent, wanted, endLsn);
    }

    public Target ofRows(long rows) {
        return new Target(host, port, username, database, publication, slot, tables, rows, rows, endLsn);
    }
}
