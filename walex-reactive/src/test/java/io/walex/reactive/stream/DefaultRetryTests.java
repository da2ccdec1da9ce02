package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.DatabaseNotFoundException;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.ServerException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.SlotLostException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.error.WalLevelException;
import io.walex.reactive.failure.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;

/** When a stream is made again, where nobody has said otherwise; in virtual time. */
class DefaultRetryTests {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final WalExException lost = new ConnectionLostException("lost", null);
    private final VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();

    @AfterEach
    void backToRealTime() {
        VirtualTimeScheduler.reset();
    }

    private Retry companion() {
        Reconnects reconnects = reconnects(true);
        reconnects.joined();
        return Retry.from(reconnects::companion);
    }

    private static Reconnects reconnects(boolean hasJoined) {
        WalExConfig config = WalExConfig.builder().publication("events").build();
        return new Reconnects(
                config.retry(), failure -> Failures.isRetryable(failure, hasJoined), Schedulers.parallel());
    }

    @Test
    void connectionThatBreaksBeforeTheFirstStreamIsMadeAgainForHalfAMinute() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Flux.error(lost).retryWhen(Retry.from(reconnects(false)::companion)).subscribe(never -> {}, failure::set);

        time.advanceTimeBy(Reconnects.START.minusSeconds(1));
        assertThat(failure.get()).isNull();

        time.advanceTimeBy(LONGEST.multipliedBy(2));
        assertThat(failure.get()).isSameAs(lost);
    }

    /** The waits between so many attempts, each of which fails at once. */
    private List<Duration> waits(int attempts, Duration precision) {
        List<Long> times = new ArrayList<>();
        Flux.error(() -> {
                    times.add(time.now(TimeUnit.MILLISECONDS));
                    return lost;
                })
                .retryWhen(companion())
                .subscribe();
        while (times.size() <= attempts) {
            time.advanceTimeBy(precision);
        }
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            waits.add(Duration.ofMillis(times.get(i + 1) - times.get(i)));
        }
        return waits;
    }

    @Test
    void waitsDoubleUpToTenSecondsWithJitter() {
        List<Duration> waits = waits(100, Duration.ofMillis(1));

        Duration doubled = SHORTEST;
        for (Duration wait : waits) {
            Duration mean = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
            assertThat(wait)
                    .isBetween(
                            longer(SHORTEST, mean.dividedBy(2)),
                            shorter(LONGEST, mean.multipliedBy(3).dividedBy(2)));
            doubled = mean.multipliedBy(2);
        }
        assertThat(Set.copyOf(waits.subList(10, 100))).as("jitter").hasSizeGreaterThan(45);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Test
    void lostConnectionsAreRetriedForEver() {
        assertThat(waits(10_000, LONGEST)).hasSize(10_000);
    }

    static List<WalExException> wrongConfiguration() {
        return List.of(
                new DatabaseNotFoundException("", null),
                new InsufficientPrivilegeException("", null),
                new InvalidConfigException("", null),
                new PublicationNotFoundException("", null),
                new ServerException("", null),
                new SlotInvalidatedException("", null),
                new SlotLostException("", null),
                new SlotNotFoundException("", null),
                new TlsException("", null),
                new UnsupportedServerException("", null),
                new WalLevelException("", null));
    }

    @ParameterizedTest
    @MethodSource("wrongConfiguration")
    void wrongConfigurationIsNotRetriedThoughItHasStreamed(WalExException error) {
        StepVerifier.create(Flux.error(error).retryWhen(companion()))
                .expectErrorSatisfies(seen -> assertThat(seen).isSameAs(error))
                .verify(Duration.ofSeconds(10));
    }

    @Test
    void refusedLoginsAreRetriedFiveTimesSinceThePasswordMayBeChanging() {
        AuthenticationException refused = new AuthenticationException("", null);
        List<Long> attempts = new ArrayList<>();
        List<Throwable> ends = new ArrayList<>();
        Flux.error(() -> {
                    attempts.add(time.now(TimeUnit.MILLISECONDS));
                    return refused;
                })
                .retryWhen(companion())
                .subscribe(element -> {}, ends::add);
        time.advanceTimeBy(LONGEST.multipliedBy(10));

        assertThat(attempts).hasSize(1 + 5);
        assertThat(ends).singleElement().isSameAs(refused);
    }
}
