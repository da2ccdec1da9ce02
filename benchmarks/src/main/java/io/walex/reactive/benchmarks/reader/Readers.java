package io.walex.reactive.benchmarks.reader;

import java.time.Duration;
import java.util.Arrays;
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
    DEBEZIUM_JSON("Debezium JSON", () -> new DebeziumReader(true));

    private final String label;
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

    /** Those that this machine can run. */
    public static List<Readers> available() {
        return Arrays.stream(values())
                .filter(reader -> reader != PG_RECVLOGICAL || PgRecvlogicalReader.isInstalled())
                .toList();
    }
}
