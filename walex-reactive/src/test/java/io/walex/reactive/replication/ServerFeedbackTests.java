package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.walex.reactive.pgoutput.Lsn;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.publisher.TestPublisher;

class ServerFeedbackTests {

    private static final int INTERVAL = 10;
    private static final int LIVENESS = 30;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Acknowledgements acknowledgements = new Acknowledgements(channel.eventLoop(), () -> {});
    private final TestPublisher<Void> atWork = TestPublisher.create();
    private final List<TimeoutException> gone = new ArrayList<>();
    private boolean reading = true;
    private final ServerFeedback feedback = new ServerFeedback(
            channel,
            acknowledgements,
            new ServerFeedback.Settings(Duration.ofSeconds(INTERVAL), Duration.ofSeconds(LIVENESS), atWork.mono()),
            Clock.fixed(Instant.parse("2000-01-01T00:00:01Z"), ZoneOffset.UTC),
            () -> reading,
            gone::add);

    /** A status update, or the end of the copy. */
    private record Told(char type, long received, long flushed, boolean replyRequested) {}

    private static Told update(long received, long flushed) {
        return new Told('r', received, flushed, false);
    }

    @BeforeEach
    void freezeTime() {
        channel.freezeTime();
    }

    @AfterEach
    void leavesNoBufferBehind() {
        channel.finishAndReleaseAll();
    }

    private List<Told> told() {
        List<Told> all = new ArrayList<>();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            all.add(told(frame));
            frame.release();
        }
        return all;
    }

    private static Told told(ByteBuf frame) {
        if (frame.readByte() == 'c') {
            return new Told('c', 0, 0, false);
        }
        frame.skipBytes(Integer.BYTES);
        char type = (char) frame.readByte();
        long received = frame.readLong();
        long flushed = frame.readLong();
        assertThat(frame.readLong()).as("applied").isEqualTo(flushed);
        assertThat(frame.readLong()).as("sent at").isEqualTo(1_000_000);
        return new Told(type, received, flushed, frame.readByte() != 0);
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    /** As {@link #pass}, with a server that sends something every few seconds. */
    private void passWithTraffic(int seconds) {
        for (int i = 0; i < seconds; i++) {
            pass(1);
            feedback.heard();
        }
    }

    private void passSilently(int seconds) {
        for (int i = 0; i < seconds; i++) {
            pass(1);
        }
    }

    @Test
    void tellsTheServerAtEachIntervalWhatWasReceivedAndConfirmed() {
        feedback.start();
        assertThat(told()).isEmpty();

        feedback.received(20);
        acknowledgements.begin().endAcknowledged(Lsn.of(15));
        passWithTraffic(INTERVAL);
        feedback.received(19);
        passWithTraffic(INTERVAL);

        assertThat(told()).extracting(Told::received).containsExactly(20L, 20L);
        assertThat(told()).isEmpty();
    }

    @Test
    void neverTellsOfLessReceivedThanConfirmed() {
        acknowledgements.startAt(Lsn.of(50));

        feedback.keepalive(10, true);

        assertThat(told()).containsExactly(update(50, 50));
    }

    @Test
    void comparesPositionsUnsigned() {
        feedback.received(Long.MIN_VALUE + 1);
        feedback.received(Long.MAX_VALUE);

        feedback.keepalive(1, true);

        assertThat(told()).containsExactly(update(Long.MIN_VALUE + 1, 0));
    }

    @Test
    void answersAKeepaliveOnlyWhenItAsks() {
        feedback.keepalive(10, false);
        assertThat(told()).isEmpty();

        feedback.keepalive(20, true);
        assertThat(told()).containsExactly(update(20, 0));
    }

    @Test
    void confirmsTheEndOfAnIdleStreamWhenNothingWaitsBeforeTheKeepalive() {
        feedback.keepaliveInTurn(20, true);

        assertThat(told()).containsExactly(update(20, 20));
    }

    @Test
    void confirmsNoKeepaliveWhileATransactionIsOutstanding() {
        acknowledgements.begin().end(Lsn.of(10));

        feedback.keepaliveInTurn(20, true);

        assertThat(told()).containsExactly(update(20, 0));
    }

    @Test
    void asksASilentServerForAReply() {
        feedback.start();

        passSilently(INTERVAL);

        assertThat(told()).containsExactly(new Told('r', 0, 0, true));
    }

    @Test
    void asksAfterAServerThatStaysSilentOnce() {
        feedback.start();

        passSilently(LIVENESS);
        atWork.assertWasNotSubscribed();
        passSilently(3 * INTERVAL);

        assertThat(atWork.subscribeCount()).isEqualTo(1);
        assertThat(gone).isEmpty();
    }

    @Test
    void waitsAsLongAgainForAServerThatIsAtWork() {
        feedback.start();
        passSilently(LIVENESS + INTERVAL);

        atWork.complete();
        passSilently(LIVENESS);

        assertThat(atWork.subscribeCount()).isEqualTo(1);
        assertThat(gone).isEmpty();
    }

    @Test
    void aSilentServerThatIsNotAtWorkIsGone() {
        feedback.start();
        passSilently(LIVENESS + INTERVAL);

        atWork.error(new IOException("refused"));

        assertThat(gone)
                .singleElement()
                .asString()
                .contains("The server has been silent for 40000 ms, although asked for a reply");
    }

    @Test
    void aServerThatIsHeardMeanwhileIsNotGone() {
        feedback.start();
        passSilently(LIVENESS + INTERVAL);

        feedback.heard();
        atWork.error(new IOException("refused"));

        assertThat(gone).isEmpty();
    }

    /** The server cannot get a word past the changes that wait. */
    @Test
    void silenceDoesNotCountWhileNothingIsRead() {
        reading = false;
        feedback.start();

        passSilently(10 * LIVENESS);

        atWork.assertWasNotSubscribed();
        assertThat(told()).noneMatch(Told::replyRequested);
    }

    @Test
    void aLoopThatWasBlockedCountsAsTwoIntervalsOfSilenceAtMost() {
        feedback.start();

        pass(100 * LIVENESS);
        atWork.assertWasNotSubscribed();
        pass(100 * LIVENESS);

        assertThat(atWork.subscribeCount()).isEqualTo(1);
    }

    @Test
    void stopEndsTheTimerAndTheAsking() {
        feedback.start();
        passSilently(LIVENESS + INTERVAL);
        told();

        feedback.stop();
        passSilently(LIVENESS);

        atWork.assertCancelled();
        assertThat(told()).isEmpty();
    }

    @Test
    void confirmsBeforeItEndsTheCopy() {
        acknowledgements.startAt(Lsn.of(50));

        feedback.endCopy();

        assertThat(told()).containsExactly(update(50, 50), new Told('c', 0, 0, false));
    }
}
