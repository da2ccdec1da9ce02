package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements.Ticket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AcknowledgementsTests {

    private final Queue<Runnable> eventLoop = new ArrayDeque<>();
    private final AtomicInteger progress = new AtomicInteger();
    private final Acknowledgements acknowledgements = new Acknowledgements(eventLoop::add, progress::incrementAndGet);

    private void runEventLoop() {
        for (Runnable task = eventLoop.poll(); task != null; task = eventLoop.poll()) {
            task.run();
        }
    }

    private Ticket ended(long end) {
        Ticket ticket = acknowledgements.begin();
        ticket.end(Lsn.of(end));
        return ticket;
    }

    @Test
    void movesToTheEndOfTheContiguousAcknowledgedPrefix() {
        Ticket first = ended(10);
        Ticket second = ended(20);
        Ticket third = ended(30);

        third.acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        first.acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(10));
        assertThat(acknowledgements.outstanding()).isEqualTo(2);

        second.acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(30));
        assertThat(acknowledgements.outstanding()).isZero();
    }

    @Test
    void acknowledgementBeforeTheEndCountsAtTheEnd() {
        Ticket ticket = acknowledgements.begin();
        ticket.acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        ticket.end(Lsn.of(10));

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(10));
    }

    @Test
    void repeatedAcknowledgementHasNoEffect() {
        Ticket first = ended(10);
        first.acknowledge();
        first.acknowledge();
        runEventLoop();
        ended(20);
        first.acknowledge();
        runEventLoop();

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(10));
        assertThat(progress).hasValue(1);
    }

    @Test
    void idlePositionCountsOnlyWhenNothingIsOutstanding() {
        Ticket ticket = ended(10);
        acknowledgements.idleAt(50);
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        ticket.acknowledge();
        runEventLoop();
        acknowledgements.idleAt(50);

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(50));
    }

    @Test
    void neverMovesBack() {
        acknowledgements.idleAt(50);
        acknowledgements.idleAt(20);
        ended(30).acknowledge();
        runEventLoop();

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(50));
    }

    @Test
    void comparesPositionsUnsigned() {
        acknowledgements.idleAt(Long.MAX_VALUE);
        acknowledgements.idleAt(Long.MIN_VALUE + 1);

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(Long.MIN_VALUE + 1));
    }

    @Test
    void acknowledgementAfterTheEndOfTheLoopIsIgnored() {
        Acknowledgements ended = new Acknowledgements(
                task -> {
                    throw new RejectedExecutionException();
                },
                () -> {});

        ended.begin().acknowledge();

        assertThat(ended.flushed()).isEqualTo(Lsn.INVALID);
    }

    /** Quadratic work would take minutes. */
    @Test
    @Timeout(10)
    void findsThePrefixOfManyOutstandingInConstantTimeEach() {
        int count = 100_000;
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            tickets.add(ended(i));
        }
        Ticket oldest = tickets.remove(0);
        Collections.shuffle(tickets, new Random(42));

        for (Ticket ticket : tickets) {
            ticket.acknowledge();
            runEventLoop();
        }
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);
        assertThat(acknowledgements.outstanding()).isEqualTo(count);
        oldest.acknowledge();
        runEventLoop();

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(count));
        assertThat(acknowledgements.outstanding()).isZero();
    }

    @Test
    void acceptsAcknowledgementsFromManyThreads() throws Exception {
        var loop = java.util.concurrent.Executors.newSingleThreadExecutor();
        Acknowledgements shared = new Acknowledgements(loop, () -> {});
        int count = 10_000;
        List<Ticket> tickets = new ArrayList<>();
        loop.submit(() -> {
                    for (int i = 1; i <= count; i++) {
                        Ticket ticket = shared.begin();
                        ticket.end(Lsn.of(i));
                        tickets.add(ticket);
                    }
                })
                .get();
        tickets.parallelStream().forEach(Ticket::acknowledge);

        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> shared.flushed().value() == count);
        loop.shutdown();
    }

    @Test
    void aHoldThatIsHandedOverEndsWithTheTransaction() {
        Ticket hold = acknowledgements.hold();
        Ticket between = ended(20);
        between.acknowledge();
        hold.releaseWithNext();
        Ticket transaction = ended(30);
        Ticket after = ended(40);
        after.acknowledge();
        runEventLoop();

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);
        acknowledgements.idleAt(50);
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        transaction.acknowledge();
        runEventLoop();

        assertThat(hold.isConfirmed()).isTrue();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(40));
    }

    @Test
    void theSlotNeverStandsBetweenAPreparedTransactionAndItsOutcome() {
        Ticket first = acknowledgements.hold();
        ended(10).acknowledge();
        Ticket second = acknowledgements.hold();
        first.releaseWithNext();
        ended(30).acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        second.releaseWithNext();
        ended(40).acknowledge();
        runEventLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(40));
    }

    @Test
    void aHoldThatIsHandedOverDoesNotEndAnother() {
        Ticket first = acknowledgements.hold();
        Ticket second = acknowledgements.hold();
        first.releaseWithNext();
        ended(30).acknowledge();
        runEventLoop();

        assertThat(acknowledgements.outstanding()).isZero();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);

        second.release();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(30));
    }
}
