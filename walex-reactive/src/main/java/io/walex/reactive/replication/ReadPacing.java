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
 * after a pause has it allow ever more, until each message goes by itself again. A few prompt reads between pauses, of a
 * few packets each, keep that number small; other congestion controls do not mind them. For the same reason a read is not
 * repeated within its turn once a pause is due.
 *
 * <p>Pure arithmetic on the times and sizes it is told; not thread-safe.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-ccwg-bbr/">BBR Congestion Control, "extra_acked"</a>
 */
final class ReadPacing {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(4);

    /** The sender is fast when it sends this much ... */
    private static final int FAST = 4 << 10;
    /** ... in this time, or while reading paused. */
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(1);

    /** What comes after so long is the first of something new. */
    private static final long REST = TimeUnit.MILLISECONDS.toNanos(10);

    /** When a pause brought this much for each millisecond, a longer one pays. */
    private static final int PLENTY = 16 << 10;

    /** After so many pauses ... */
    private static final int PAUSES = 4;
    /** ... come so many reads without: twice the rounds for which BBR remembers. */
    private static final int PROMPT_READS = 20;

    private long momentStart;
    private long bytesInMoment;
    private int bytesInTurn;
    private long lastTurn;
    private long pause;
    private int pauses;
    private int promptReads;

    /**
     * Bytes were read.
     *
     * @return whether to read no more in this turn: a pause is due, unless the read was cut off
     */
    boolean read(int bytes) {
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
        promptReads = 0;
        begin(now, 0);
    }

    private long nextPause(int turn, long now) {
        if (turn < FAST && now - momentStart > MOMENT) {
            pause = promptReads > 0 ? pause : 0;
            begin(now, turn);
        }
        if (promptReads > 0) {
            promptReads--;
            return 0;
        }
        return bytesInMoment >= FAST ? adaptedPause(now) : 0;
    }

    private long adaptedPause(long now) {
        pause = bytesInMoment < PLENTY * Math.max(1, pause / SHORTEST)
                ? Math.max(SHORTEST, pause / 2)
                : Math.min(LONGEST, Math.max(SHORTEST, 2 * pause));
        pauses++;
        if (pauses == PAUSES) {
            pauses = 0;
            promptReads = PROMPT_READS;
        }
        begin(now + pause, 0);
        return pause;
    }

    private void begin(long moment, int bytes) {
        momentStart = moment;
        bytesInMoment = bytes;
    }
}
