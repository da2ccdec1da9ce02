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
    STALLED_20_S("walex changes() stalled for 20 s", () -> new StalledReader(Duration.ofSeconds(20)));

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
}
