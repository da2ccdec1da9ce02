package io.walex.reactive.guarantees.backpressure;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transaction far larger than the client's memory. */
class LargeTransactionIT {

    private static final int ROWS = 5_000_000;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @BeforeAll
    static void writeOneLargeTransaction() {
        postgres.execute("CREATE TABLE big (id int)", "CREATE PUBLICATION events FOR ALL TABLES");
        for (Streaming streaming : List.of(Streaming.OFF, Streaming.ON)) {
            postgres.execute("SELECT pg_create_logical_replication_slot('" + slot(streaming) + "', 'pgoutput')");
        }
        postgres.execute(
                "INSERT INTO big SELECT generate_series(1, " + ROWS + ")",
                "SELECT pg_logical_emit_message(true, 'end', '')");
    }

    private static String slot(Streaming streaming) {
        return "streaming_" + streaming.name().toLowerCase(java.util.Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "ON"})
    void isDeliveredWholeIn64Megabytes(Streaming streaming, @TempDir Path spool) {
        String read = ForkedJvm.run(
                600,
                List.of("-Xmx64m"),
                Reader.class,
                postgres.url(),
                slot(streaming),
                streaming.name(),
                spool.toString());

        assertThat(read.strip()).isEqualTo(ROWS + " in order");
    }

    /** Reads the transaction in a JVM of its own. */
    static final class Reader {

        private int last;

        private Reader() {}

        public static void main(String[] args) {
            WalExConfig config = WalExConfig.fromUrl(args[0])
                    .publication("events")
                    .slot(SlotSpec.durable(args[1]).mustExist())
                    .streaming(Streaming.valueOf(args[2]))
                    .messages(true)
                    .spillDirectory(Path.of(args[3]))
                    .build();
            Reader reader = new Reader();
            WalEx.changes(config)
                    .takeWhile(event -> event.type() == EventType.INSERT)
                    .doOnNext(event -> reader.next(event.newRecord().get("id", Integer.class)))
                    .blockLast(Duration.ofMinutes(10));
            System.out.println(reader.last + " in order");
        }

        private void next(int id) {
            if (id != last + 1) {
                throw new IllegalStateException(id + " came after " + last);
            }
            last = id;
        }
    }
}
