package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.LogLines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * A server that refuses connections for long, met by the default policy. The policy's waits pass in virtual time, the
 * attempts between them are real. With {@code -Dwalex.outage.seconds=60} the waits are real too, for so long.
 */
class OutageIT extends BreakableStreams {

    private static final int REAL_SECONDS = Integer.getInteger("walex.outage.seconds", 0);

    /** The policy's longest wait. */
    private static final Duration STEP = Duration.ofSeconds(10);

    private final VirtualTimeScheduler virtualTime = VirtualTimeScheduler.create();
    private final AtomicInteger failures = new AtomicInteger();

    @AfterEach
    void disposeOfVirtualTime() {
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
            start(config().retry(policy()));
            for (int outage = 1; outage <= 2; outage++) {
                int expected = outage;
                outage();
                awaitAsTimePasses(() -> received.size() == expected);
            }
            streams.stop();

            String streaming = postgres.name() + " streams publications [events]";
            String lost = postgres.name() + " reconnects: Connection to " + proxy.host();
            String refused = postgres.name() + " reconnects: Nothing answers at " + proxy.host();
            assertThat(lines.messages())
                    .filteredOn(line -> !line.startsWith("Tests share"))
                    .zipSatisfy(
                            List.of(
                                    streaming,
                                    lost,
                                    refused,
                                    streaming,
                                    lost,
                                    refused,
                                    streaming,
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
