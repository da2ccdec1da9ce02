package io.walex.reactive.guarantees.backpressure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * Memory stays flat, however large the rows are and however long the consumer stalls: some seconds, or as many as {@code
 * -Dwalex.stall.seconds=600} says.
 */
class StalledConsumerIT {

    private static final int ROWS = 100;
    private static final int ROW_SIZE = 1 << 20;
    private static final List<String> SMALL =
            List.of("-Xmx64m", "-XX:MaxDirectMemorySize=16m", "-Dio.netty.maxDirectMemory=16777216");

    /** More than twice the wal_sender_timeout. */
    private static final int STALL_SECONDS = Integer.getInteger("walex.stall.seconds", 10);

    /** Twice the largest row's frame and 1 MB, where Netty may keep little; DirectMemoryIT has its default options. */
    private static final long DIRECT_BOUND = 3 << 20;

    /** For what the JVM itself does meanwhile; another row would not fit. */
    private static final long HEAP_SLACK = 1 << 19;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @BeforeEach
    void fillTable() {
        postgres.execute(
                "ALTER DATABASE " + postgres.name() + " SET wal_sender_timeout = '4s'",
                "CREATE TABLE blob (id int PRIMARY KEY, body text)",
                "ALTER TABLE blob ALTER body SET STORAGE EXTERNAL",
                "CREATE PUBLICATION events FOR TABLE blob",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO blob SELECT i, repeat('x', " + ROW_SIZE + ") FROM generate_series(1, " + ROWS + ") i");
    }

    @Test
    void megabyteRowsPassAStalledConsumerInASmallHeap() {
        String printed = ForkedJvm.run(120, SMALL, StalledConsumer.class, postgres.url());

        assertThat(printed.trim()).isEqualTo("received " + ROWS + " in order");
    }

    @Test
    void withoutDemandMemoryIsFlatTheServerWaitsAndTheConnectionLives() throws IOException {
        Process consumer = ForkedJvm.start(SMALL, IdleConsumer.class, postgres.url(), String.valueOf(STALL_SECONDS));
        List<Long> heap = new ArrayList<>();
        List<Long> direct = new ArrayList<>();
        String last;
        try (BufferedReader printed = consumer.inputReader()) {
            for (int second = 0; second < STALL_SECONDS; second++) {
                String[] words = printed.readLine().split(" ");
                heap.add(Long.parseLong(words[1]));
                direct.add(Long.parseLong(words[2]));
                await().until(this::walsenderWaitsFor, "WalSenderWriteData"::equals);
            }
            consumer.outputWriter().append("go on\n").close();
            last = printed.readLine();
        } finally {
            consumer.destroyForcibly();
        }

        assertThat(last).isEqualTo("received " + ROWS + " in order");
        assertThat(heap)
                .hasSize(STALL_SECONDS)
                .allSatisfy(bytes -> assertThat(bytes).isLessThan(heap.get(0) + HEAP_SLACK));
        assertThat(direct)
                .allSatisfy(bytes -> assertThat(bytes).isLessThan(DIRECT_BOUND).isEqualTo(direct.get(0)));
    }

    private String walsenderWaitsFor() {
        return postgres.queryText("SELECT coalesce(wait_event, '-') FROM pg_stat_replication"
                + " JOIN pg_stat_activity USING (pid) JOIN pg_replication_slots ON active_pid = pid"
                + " WHERE database = current_database()");
    }

    private static WalEx connect(String url, List<ConnectionState> states) {
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(url)
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .build());
        walEx.states().subscribe(states::add);
        return walEx;
    }

    private static void printResult(List<Integer> ids, List<ConnectionState> states) {
        if (states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting)) {
            throw new IllegalStateException(states.toString());
        }
        boolean inOrder = ids.equals(IntStream.rangeClosed(1, ROWS).boxed().toList());
        System.out.println("received " + ids.size() + (inOrder ? " in order" : ": " + ids));
    }

    private static Integer id(Event event) {
        return (Integer) event.newRecord().get("id");
    }

    /** Takes a few rows, stalls, takes the rest; fails when memory ran out meanwhile. */
    static final class StalledConsumer {

        public static void main(String[] arguments) {
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            List<Integer> ids = connect(arguments[0], states)
                    .changes()
                    .concatMap(
                            event -> Mono.delay(Duration.ofMillis(id(event) == 6 ? 6_000 : 10))
                                    .thenReturn(id(event)),
                            0)
                    .take(ROWS)
                    .collectList()
                    .block(PATIENCE);
            printResult(ids, states);
        }
    }

    /** Asks for a few rows and then for none, prints once a second what memory it uses, and when told asks for the rest. */
    static final class IdleConsumer extends BaseSubscriber<Event> {

        private static final int FEW = 5;

        private final List<Integer> ids = new CopyOnWriteArrayList<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(FEW);
        }

        @Override
        protected void hookOnNext(Event event) {
            ids.add(id(event));
        }

        public static void main(String[] arguments) throws IOException {
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            IdleConsumer consumer = new IdleConsumer();
            connect(arguments[0], states).changes().subscribe(consumer);
            await().atMost(PATIENCE).until(() -> consumer.ids.size() == FEW);
            for (int second = 0; second < Integer.parseInt(arguments[1]); second++) {
                Mono.delay(Duration.ofSeconds(1)).block();
                System.out.println("stalled " + heap() + " " + direct());
            }
            System.in.read();
            consumer.request(Long.MAX_VALUE);
            await().atMost(PATIENCE).until(() -> consumer.ids.size() >= ROWS);
            printResult(consumer.ids, states);
            System.exit(0);
        }

        private static long heap() {
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }

        /** Of the allocators that the stream takes its buffers from. */
        private static long direct() {
            return direct(ByteBufAllocator.DEFAULT) + direct(UnpooledByteBufAllocator.DEFAULT);
        }

        private static long direct(ByteBufAllocator allocator) {
            return ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
        }
    }
}
