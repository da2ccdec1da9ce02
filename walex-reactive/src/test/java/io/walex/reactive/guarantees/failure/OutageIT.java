package io.walex.reactive.guarantees.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * A server that refuses connections for long, met by the default policy. The policy's waits pass in virtual time, the
 * attempts between them are real. With {@code -Dwalex.outage.seconds=60} the waits are real too, for so long.
 */
class OutageIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int REAL_SECONDS = Integer.getInteger("walex.outage.seconds", 0);

    /** The policy's longest wait. */
    private static final Duration STEP = Duration.ofSeconds(10);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final VirtualTimeScheduler virtualTime = VirtualTimeScheduler.create();
    private final AtomicInteger failures = new AtomicInteger();
    private final List<Object> received = new CopyOnWriteArrayList<>();
    private final List<ConnectionState> states = new CopyOnWriteArrayList<>();
    private TcpProxy proxy;
    private Disposable stream = () -> {};

    @BeforeEach
    void createSlotBehindProxy() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        proxy = TcpProxy.to(postgres.server());
    }

    @AfterEach
    void stop() {
        stream.dispose();
        proxy.close();
        virtualTime.dispose();
    }

    /** The default, which counts what it is asked about. */
    private Retry policy() {
        WalExConfig defaults =
                WalExConfig.fromUrl(postgres.url()).publication("events").build();
        Scheduler time = REAL_SECONDS > 0 ? Schedulers.parallel() : virtualTime;
        Retry policy = ((RetryBackoffSpec) defaults.retry()).scheduler(time);
        return Retry.from(signals -> policy.generateCompanion(signals.doOnNext(signal -> failures.incrementAndGet())));
    }

    private WalEx start() {
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(postgres.url())
                .host(proxy.host())
                .port(proxy.port())
                .name(postgres.name())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .retry(policy())
                .build());
        walEx.states().subscribe(states::add);
        stream = walEx.changes()
                .subscribe(event -> received.add(event.newRecord().get("id")));
        walEx.awaitStreaming().block(PATIENCE);
        return walEx;
    }

    private void outage() {
        proxy.refuse();
        proxy.reset();
        postgres.execute("INSERT INTO todo VALUES (" + failures.get() + ")");
        if (REAL_SECONDS > 0) {
            await().during(Duration.ofSeconds(REAL_SECONDS))
                    .atMost(Duration.ofSeconds(REAL_SECONDS).plus(PATIENCE))
                    .until(() -> true);
        } else {
            // Ten minutes, and an attempt after each wait.
            for (Duration passed = Duration.ZERO; passed.toMinutes() < 10; passed = passed.plus(STEP)) {
                int before = failures.get();
                awaitAsTimePasses(() -> failures.get() > before);
            }
        }
        proxy.accept();
    }

    /** A failure is counted before the wait behind it begins, so that one step may come too early. */
    private void awaitAsTimePasses(BooleanSupplier condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
            virtualTime.advanceTimeBy(STEP);
            return condition.getAsBoolean();
        });
    }

    @Test
    void refusedConnectionsAreTriedForEverAndEachChangeOfStateIsToldAndLoggedOnce() {
        try (LogLines lines = LogLines.captureAll()) {
            start();
            for (int outage = 1; outage <= 2; outage++) {
                int expected = outage;
                outage();
                awaitAsTimePasses(() -> received.size() == expected);
            }
            stream.dispose();

            String streams = postgres.name() + " streams publications [events]";
            String lost = postgres.name() + " reconnects: Connection to " + proxy.host();
            String refused = postgres.name() + " reconnects: Nothing answers at " + proxy.host();
            assertThat(lines.messages())
                    .filteredOn(line -> !line.startsWith("Tests share"))
                    .zipSatisfy(
                            List.of(
                                    streams,
                                    lost,
                                    refused,
                                    streams,
                                    lost,
                                    refused,
                                    streams,
                                    postgres.name() + " stopped"),
                            (line, start) -> assertThat(line).startsWith(start));
        }
        assertThat(failures.get()).isGreaterThanOrEqualTo(REAL_SECONDS > 0 ? REAL_SECONDS / 10 : 120);
        assertThat(states)
                .extracting(state -> state.getClass().getSimpleName())
                .containsExactly(
                        "Connecting",
                        "Streaming",
                        "Reconnecting",
                        "Reconnecting",
                        "Streaming",
                        "Reconnecting",
                        "Reconnecting",
                        "Streaming",
                        "Stopped");
    }
}
