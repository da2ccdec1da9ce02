package io.walex.reactive.replication;

import java.util.concurrent.TimeUnit;

/**
 * Decides how long to leave a backlog alone before it is read on.
 *
 * <p>A walsender sends each message by itself, and when its reader keeps up, each costs a packet, its acknowledgement and
 * a wake-up of the reader. While the reader stays away, messages pile up in the kernel at a fraction of that cost, and one
 * read takes them all. So a reader that has caught up with a fast sender waits a little, and longer as long as that pays;
 * one whose sender is slow reads at once, and delays nothing.
 *
 * <p>Messages share a packet only when TCP holds them back, which it does while as many packets are under way as its
 * congestion control allows. BBR allows as many as were lately acknowledged at one time, so a reader that only ever reads
 * after a pause has it allow ever more, until each message goes by itself again. Prompt reads after every few pauses, of a
 * few packets each, keep that number small; other congestion controls do not mind them. For the same reason a read is not
 * repeated within its turn once a pause is due.
 *
 * <p>While the reader stays away, only what is allowed to be under way comes; reading it lets go what has piled up, which is
 * read after the next pause or promptly. So what a pause is worth is not told by the read after it, but by a round of
 * pauses and prompt reads.
 *
 * <p>The measurements behind this, and what it delays, are in docs/pacing.md.
 *
 * <p>Pure arithmetic on the times and sizes it is told; not thread-safe.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-ccwg-bbr/">BBR Congestion Control, "extra_acked"</a>
 */
final class ReadPacing {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(8);

    /** The sender is fast when it sends this much ... */
    private static final int FAST = 4 << 10;
    /** ... in this time, or during a round's first pause; longer pauses pay while it is as fast over a round. */
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(1);

    /** What comes after so long is the first of something new. */
    private static final long REST = TimeUnit.MILLISECONDS.toNanos(10);

    /** A round has so many pauses ... */
    private static final int PAUSES = 2;
    /** ... and then so many reads without: enough for the rounds of BBR's own for which it remembers. */
    private static final int PROMPT_READS = 28;
    /** ... of which the first take what piled up: what was under way, then what that let go. */
    private static final int PILE_READS = 4;

    private long momentStart;
    private long bytesInMoment;
    private int bytesInTurn;
    private long lastTurn;
    private long roundStart;
    private long bytesInRound;
    private long pause;
    private int pauses;
    private int promptReads;

    /**
     * Bytes were read.
     *
     * @return whether to read no more in this turn: a pause is due, unless the read was cut off
     */
    boolean read(int bytes) {
        bytesInRound += bytes;
        bytesInMoment += bytes;
        bytesInTurn += bytes;
        return promptReads == 0 && bytesInMoment >= FAST;
    }

    /**
     * A turn of reading is over.
     *
     * @param exhausted whether the socket gave all that it had
     * @param now nanoseconds
     * @return how many nanoseconds not to read now; mostly 0
     */
    long pauseAfterRead(boolean exhausted, long now) {
        int turn = bytesInTurn;
        boolean rested = now - lastTurn > REST;
        bytesInTurn = 0;
        lastTurn = now;
        if (rested) {
            forget(now);
        } else if (exhausted) {
            long next = nextPause(turn, now);
            lastTurn += next;
            return next;
        }
        return 0;
    }

    /** Even a large first row is no backlog: the rest of it, or its commit, must not wait. */
    private void forget(long now) {
        pause = 0;
        pauses = 0;
        promptReads = 0;
        begin(now, 0);
    }

    private long nextPause(int turn, long now) {
        if (turn < FAST && now - momentStart > MOMENT) {
            if (promptReads == 0) {
                pause = 0;
                pauses = 0;
            }
            begin(now, turn);
        }
        if (promptReads > 0) {
            readPromptly(now);
            return 0;
        }
        return bytesInMoment >= FAST ? pauseOfRound(now) : 0;
    }

    /** What piled up in a round's last pause does not tell how fast the sender is: a moment begins behind it. */
    private void readPromptly(long now) {
        if (promptReads > PROMPT_READS - PILE_READS) {
            begin(now, 0);
        }
        promptReads--;
    }

    private long pauseOfRound(long now) {
        if (pauses == 0) {
            pause = adaptedPause(now);
            roundStart = now;
            bytesInRound = 0;
        }
        pauses++;
        if (pauses == PAUSES) {
            pauses = 0;
            promptReads = PROMPT_READS;
        }
        begin(now + pause, 0);
        return pause;
    }

    private long adaptedPause(long now) {
        boolean pays = pause > 0 && bytesInRound * MOMENT >= FAST * (now - roundStart);
        return pays ? Math.min(LONGEST, 2 * pause) : Math.max(SHORTEST, pause / 2);
    }

    private void begin(long moment, int bytes) {
        momentStart = moment;
        bytesInMoment = bytes;
    }
}
