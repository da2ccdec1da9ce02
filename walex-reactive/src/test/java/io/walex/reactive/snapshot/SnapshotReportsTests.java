package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.snapshot.SnapshotReport.State;
import io.walex.reactive.snapshot.SnapshotReports.TableCount;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class SnapshotReportsTests {

    private final Hands clock = new Hands();
    private final SnapshotReports reports = new SnapshotReports("initial", clock);

    @Test
    void saysInOneLineHowFarItIs() {
        reports.state(State.RUNNING, todo(0, 0));
        clock.pass(Duration.ofSeconds(4));
        reports.counted(() -> todo(1_234_567, 41));

        assertThat(latest()).hasToString("snapshot initial: public.todo 41% 1,234,567 rows, 308,642 rows/s, 5 s left");
    }

    @Test
    void saysOfSeveralTablesHowManyAreCompleted() {
        reports.state(
                State.RUNNING,
                List.of(
                        new TableCount("public", "small", 1, true, 10, 100, 1, 1),
                        new TableCount("public", "large", 1, false, 100, 1000, 50, 99)));

        assertThat(latest()).hasToString("snapshot initial: 1 of 2 tables 51% 110 rows, 0 rows/s");
    }

    @Test
    void saysWhatItIsDoingUnlessItRuns() {
        reports.state(State.QUEUED, todo(0, 0));
        assertThat(latest()).hasToString("snapshot initial: public.todo 0% 0 rows, queued");

        reports.completed(List.of(new TableCount("public", "todo", 2, true, 5, 50, 0, 0)));
        assertThat(reports.reports().collectList().block())
                .singleElement()
                .hasToString("snapshot initial: public.todo (attempt 2) 100% 5 rows, completed");
    }

    @Test
    void tableIsNotWhollyReadBeforeItIsToldComplete() {
        reports.state(State.RUNNING, List.of(new TableCount("public", "grows", 1, false, 10, 100, 12, 10)));

        assertThat(latest().fraction()).isLessThan(1);
        assertThat(latest()).asString().contains(" 99% ");
    }

    @Test
    void tellsTheLatestFirstThenOnceASecond() {
        List<Long> told = new ArrayList<>();
        reports.state(State.RUNNING, todo(1, 1));
        reports.reports().subscribe(report -> told.add(report.rows()));
        for (int i = 2; i <= 25; i++) {
            int rows = i;
            clock.pass(Duration.ofMillis(100));
            reports.counted(() -> todo(rows, 1));
        }

        assertThat(told).containsExactly(1L, 11L, 21L);
    }

    @Test
    void tellsStatesAtOnceAndOnce() {
        StepVerifier.create(reports.reports().map(SnapshotReport::state))
                .then(() -> {
                    reports.counted(() -> todo(0, 0));
                    reports.state(State.QUEUED, todo(0, 0));
                    reports.state(State.RUNNING, todo(0, 0));
                    reports.state(State.PAUSED, todo(0, 0));
                    reports.state(State.PAUSED, todo(0, 0));
                    reports.completed(todo(0, 0));
                })
                .expectNext(State.QUEUED, State.RUNNING, State.PAUSED, State.COMPLETED)
                .verifyComplete();
    }

    @Test
    void whoComesLateSeesTheLastReportAndTheEnd() {
        SnapshotException because = new SnapshotException("gone", null);
        reports.state(State.RUNNING, todo(1, 1));
        reports.ended(State.FAILED, todo(2, 2), because);

        StepVerifier.create(reports.reports())
                .expectNextMatches(report -> report.state() == State.FAILED && report.rows() == 2)
                .verifyErrorMatches(error -> error == because);
    }

    @Test
    void slowSubscriberSeesTheLatest() {
        StepVerifier.create(reports.reports().map(SnapshotReport::rows), 0)
                .then(() -> {
                    reports.state(State.RUNNING, todo(1, 1));
                    clock.pass(Duration.ofSeconds(1));
                    reports.counted(() -> todo(2, 2));
                    reports.completed(todo(3, 3));
                })
                .thenRequest(5)
                .expectNext(3L)
                .verifyComplete();
    }

    @Test
    void rateFollowsTheLastSeconds() {
        reports.state(State.RUNNING, todo(0, 0));
        run(60, 1_000);
        assertThat(latest().rowsPerSecond()).isCloseTo(1_000, within(1.0));

        run(30, 5_000);
        assertThat(latest().rowsPerSecond()).isCloseTo(5_000, within(300.0));
    }

    @Test
    void rowsOfAnEarlierProcessAreNoRate() {
        reports.state(State.RUNNING, todo(1_000_000, 50));
        clock.pass(Duration.ofSeconds(2));
        reports.counted(() -> todo(1_000_200, 60));

        assertThat(latest())
                .returns(100.0, SnapshotReport::rowsPerSecond)
                .returns(Duration.ofSeconds(8), SnapshotReport::timeLeft);
    }

    @Test
    void pauseIsNoTime() {
        reports.state(State.RUNNING, todo(0, 0));
        clock.pass(Duration.ofSeconds(2));
        reports.state(State.PAUSED, todo(2_000, 20));
        assertThat(latest()).returns(0.0, SnapshotReport::rowsPerSecond).returns(null, SnapshotReport::timeLeft);

        clock.pass(Duration.ofHours(1));
        reports.state(State.RUNNING, todo(2_000, 20));
        clock.pass(Duration.ofSeconds(2));
        reports.counted(() -> todo(4_000, 40));

        assertThat(latest())
                .returns(1_000.0, SnapshotReport::rowsPerSecond)
                .returns(Duration.ofSeconds(6), SnapshotReport::timeLeft);
    }

    @Test
    void tableThatBeginsAgainIsNoNegativeRate() {
        reports.state(State.RUNNING, todo(0, 0));
        clock.pass(Duration.ofSeconds(2));
        reports.counted(() -> todo(5_000, 50));
        clock.pass(Duration.ofSeconds(2));
        reports.counted(() -> todo(5_000, 0));

        assertThat(latest().rowsPerSecond()).isPositive();
        assertThat(Objects.requireNonNull(latest().timeLeft())).isPositive();
    }

    @Test
    void clockThatIsSetBackDoesNoHarm() {
        reports.state(State.RUNNING, todo(0, 0));
        clock.pass(Duration.ofHours(-1));
        reports.counted(() -> todo(1_000, 10));
        clock.pass(Duration.ofSeconds(2));
        reports.counted(() -> todo(2_000, 20));

        assertThat(latest().rowsPerSecond()).isEqualTo(1_000);
    }

    @Test
    void timeLeftIsUnknownBeforeAnythingMoved() {
        reports.state(State.RUNNING, todo(0, 0));
        clock.pass(Duration.ofSeconds(5));
        reports.counted(() -> todo(0, 0));

        assertThat(latest().timeLeft()).isNull();
    }

    @Test
    void longTimesAreInWords() {
        assertThat(left(Duration.ofSeconds(119))).endsWith(", 119 s left");
        assertThat(left(Duration.ofSeconds(3_601))).endsWith(", 60 min left");
        assertThat(left(Duration.ofMinutes(125))).endsWith(", 2 h 5 min left");
    }

    private static String left(Duration left) {
        return new SnapshotReport("x", State.RUNNING, List.of(), 0, 0, 0, 0, left).toString();
    }

    private void run(int seconds, int rate) {
        for (int i = 0; i < seconds; i++) {
            clock.pass(Duration.ofSeconds(1));
            long rows = latest().rows() + rate;
            reports.counted(() -> todo(rows, 1));
        }
    }

    private SnapshotReport latest() {
        return Objects.requireNonNull(reports.reports().next().block());
    }

    private static List<TableCount> todo(long rows, long percent) {
        return List.of(new TableCount("public", "todo", 1, false, rows, rows * 100, percent, 100));
    }

    private static final class Hands extends Clock {

        private Instant now = Instant.EPOCH;

        void pass(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
