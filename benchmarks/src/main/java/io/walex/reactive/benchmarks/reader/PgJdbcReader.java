package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** The JDBC driver's stream, its messages counted. */
record PgJdbcReader() implements Reader {

    @Override
    public void read(Target target, Meter meter) throws Exception {
        try (Connection connection = connect(target);
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(target.slot())
                        .withSlotOption("proto_version", 1)
                        .withSlotOption("publication_names", target.publication())
                        .withStatusInterval(1, TimeUnit.SECONDS)
                        .start()) {
            RawCounter counter = new RawCounter(meter);
            while (!meter.isDone()) {
                ByteBuffer message = Objects.requireNonNull(stream.read());
                counter.message(message, message.position());
            }
        }
    }

    private static Connection connect(Target target) throws Exception {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, target.username());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s".formatted(target.host(), target.port(), target.database()), properties);
    }
}
