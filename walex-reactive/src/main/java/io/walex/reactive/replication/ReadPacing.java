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
interface ReadPacing {

    /** The sender is fast when it sends this much ... */
    int FAST = 4 << 10;

    /** ... in this time, or while reading paused. In nanoseconds. */
    long MOMENT = TimeUnit.MILLISECONDS.toNanos(1);

    /** No pause is longer. In nanoseconds. */
    long LONGEST = TimeUnit.MILLISECONDS.toNanos(4);

    /**
     * Bytes were read.
     *
     * @return whether to read no more in this turn: a pause is due, unless the read was cut off
     */
    boolean read(int bytes);

    /**
     * A turn of reading is over.
     *
     * @param exhausted whether the socket gave all that it had
     * @param now nanoseconds
     * @return how many nanoseconds not to read now; mostly 0
     */
    long pauseAfterRead(boolean exhausted, long now);
}
