package io.walex.reactive.benchmarks.reader;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Supplier;

/** All readers, by the names in the reports. */
public enum Readers {
    SOCKET("blocking socket", () -> new SocketReader(Duration.ZERO)),
    WAITING_SOCKET("socket that waits 200 us", () -> new SocketReader(Duration.ofNanos(200_000))),
    PG_RECVLOGICAL("pg_recvlogical", PgRecvlogicalReader::new),
    PGJDBC("pgjdbc raw", PgJdbcReader::new),
    R2DBC("r2dbc raw", R2dbcReader::new),
    UNREAD("walex changes() unread", () -> WalExReader.changes(WalExReader::unread)),
    ALL_COLUMNS("walex changes() all columns", () -> WalExReader.changes(WalExReader::allColumns)),
    BINARY("walex changes() all columns, binary", () -> new WalExReader(true, false, WalExReader::allColumns)),
    JSON("walex changes() JSON bytes", () -> WalExReader.changes(WalExReader::json)),
    TRANSACTIONS("walex transactions()", () -> new WalExReader(false, true, WalExReader::unread)),
    DEBEZIUM_CONNECT("Debezium Connect", () -> new DebeziumReader(false)),
    DEBEZIUM_JSON("Debezium JSON", () -> new DebeziumReader(true)),
    SPOOLED("walex changes() through a spool", SpooledReader::new),
    SHARED("walex changes() shared by 1,000 subscribers", () -> new SharedReader(1_000)),
    STALLED_2_S("walex changes() stalled for 2 s", () -> new StalledReader(Duration.ofSeconds(2))),
    STALLED_20_S("walex changes() stalled for 20 s", () -> new StalledReader(Duration.ofSeconds(20))),
    PSQL_COPY("psql COPY", PsqlCopyReader::new),
    PGJDBC_COPY("pgjdbc COPY", () -> new PgJdbcTableReader(true)),
    PGJDBC_CURSOR("pgjdbc cursor, all columns", () -> new PgJdbcTableReader(false)),
    SNAPSHOT_UNREAD("walex snapshot unread", () -> new SnapshotReader(2, WalExReader::unread)),
    SNAPSHOT_ALL_COLUMNS("walex snapshot all columns", () -> new SnapshotReader(2, WalExReader::allColumns)),
    SNAPSHOT_JSON("walex snapshot JSON bytes", () -> new SnapshotReader(2, WalExReader::json)),
    SNAPSHOT_1("walex snapshot unread, 1 connection", () -> new SnapshotReader(1, WalExReader::unread)),
    SNAPSHOT_4("walex snapshot unread, 4 connections", () -> new SnapshotReader(4, WalExReader::unread)),
    DEBEZIUM_INITIAL("Debezium initial snapshot", () -> new DebeziumSnapshotReader(false)),
    DEBEZIUM_INCREMENTAL("Debezium incremental snapshot", () -> new DebeziumSnapshotReader(true));

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor's reference
    private final Supplier<Reader> reader;

    Readers(String label, Supplier<Reader> reader) {
        this.label = label;
        this.reader = reader;
    }

    public String label() {
        return label;
    }

    Reader create() {
        return reader.get();
    }

    /** Those to be compared that this machine can run. */
    public static List<Readers> compared() {
        return EnumSet.range(SOCKET, DEBEZIUM_JSON).stream()
                .filter(reader -> reader != PG_RECVLOGICAL || PgRecvlogicalReader.isInstalled())
                .toList();
    }

    /** Those of a table's rows that this machine can run. */
    public static List<Readers> ofTables() {
        return EnumSet.range(PSQL_COPY, DEBEZIUM_INCREMENTAL).stream()
                .filter(reader -> reader != PSQL_COPY || PsqlCopyReader.isInstalled())
                .toList();
    }

    /** Whether it reads the rows that are there, and none of the WAL from before. */
    public boolean isOfTables() {
        return compareTo(PSQL_COPY) >= 0;
    }
}
