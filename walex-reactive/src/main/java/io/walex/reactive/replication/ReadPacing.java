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
 * <p>Pure arithmetic on the times and sizes it is told; not thread-safe.
 */
final class ReadPacing {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(8);

    /** The sender is fast when it sends this much ... */
    private static final int FAST = 4 << 10;
    /** ... in this time, or while reading paused. */
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(1);

    /** A read of this size was cut off rather than exhausted: more waits. */
    private static final int CUT_OFF = 12 << 10;

    /** When a pause brought this much for each millisecond, a longer one pays. */
    private static final int PLENTY = 16 << 10;

    private long momentStart;
    private long bytesInMoment;
    private int bytesInRead;
    private long pause;

    /** Bytes were read. */
    void read(int bytes) {
        bytesInRead += bytes;
    }

    /**
     * All was read that the socket gave.
     *
     * @param now nanoseconds
     * @return how many nanoseconds not to read now; mostly 0
     */
    long pauseAfterRead(long now) {
        int bytes = bytesInRead;
        bytesInRead = 0;
        bytesInMoment += bytes;
        if (bytes >= CUT_OFF) {
            return 0;
        }
        if (bytesInMoment >= FAST) {
            pause = bytesInMoment < PLENTY * Math.max(1, pause / SHORTEST)
                    ? Math.max(SHORTEST, pause / 2)
                    : Math.min(LONGEST, Math.max(SHORTEST, 2 * pause));
            momentStart = now + pause;
            bytesInMoment = 0;
            return pause;
        }
        if (now - momentStart > MOMENT) {
            pause = 0;
            momentStart = now;
            bytesInMoment = bytes;
        }
        return 0;
    }
}
