package io.walex.reactive.guarantees.backpressure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.Certificates;
import io.walex.reactive.testsupport.Certificates.Pem;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

/** The bound that docs/delivery.md states, under Netty's default options, for a consumer that stalls and one that keeps up. */
class DirectMemoryIT {

    private static final Duration STALL = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static EmbeddedServer server;

    @BeforeAll
    static void startServer() {
        Pem pem = new Certificates(directory).selfSigned("server", "dns:localhost");
        server = PostgresServer.start(
                PostgresServer.DEFAULT_MAJOR,
                Map.of(
                        "ssl", "on",
                        "ssl_cert_file", pem.certificate().toString(),
                        "ssl_key_file", pem.key().toString()));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "disable,    1000, 20000, 4",
        "require,    1000, 20000, 8",
        "require,  100000,   500, 8",
        "require, 1048576,    60, 8"
    })
    void staysWithinTheBound(String sslMode, int rowSize, int rows, int megabytes) {
        TestDatabase database = server.createDatabase();
        database.execute(
                "CREATE TABLE blob (id int PRIMARY KEY, body text)",
                "ALTER TABLE blob ALTER body SET STORAGE EXTERNAL",
                "CREATE PUBLICATION events FOR TABLE blob",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO blob SELECT i, repeat('x', " + rowSize + ") FROM generate_series(1, " + rows + ") i");

        String peak = ForkedJvm.run(
                120, List.of(), Consumer.class, database.url() + "?sslmode=" + sslMode, String.valueOf(rows));
        database.drop();

        assertThat(Long.parseLong(peak.trim())).isBetween(1L, 2L * rowSize + ((long) megabytes << 20));
    }

    /** Takes a few rows, stalls, takes the rest; prints the most direct memory that was in use when a row came. */
    static final class Consumer {

        public static void main(String[] arguments) {
            AtomicLong peak = new AtomicLong();
            WalEx walEx = WalEx.create(WalExConfig.fromUrl(arguments[0])
                    .publication("events")
                    .slot(SlotSpec.durable("walex"))
                    .build());
            walEx.changes()
                    .doOnNext(event -> peak.accumulateAndGet(direct(), Math::max))
                    .concatMap(event -> event.newRecord().get("id").equals(6) ? Mono.delay(STALL) : Mono.just(event), 0)
                    .take(Integer.parseInt(arguments[1]))
                    .blockLast(PATIENCE);
            walEx.closeGracefully().block(PATIENCE);
            System.out.println(peak);
        }

        /** Of the allocators that the stream takes its buffers from. */
        private static long direct() {
            return used(ByteBufAllocator.DEFAULT) + used(UnpooledByteBufAllocator.DEFAULT);
        }

        private static long used(ByteBufAllocator allocator) {
            return ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
        }
    }
}
