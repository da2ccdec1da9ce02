package io.walex.reactive.replication;

import java.util.concurrent.TimeUnit;

/**
 * Paces reads behind a {@link ReceiveWindow}: reads two windows of a backlog, then waits so long that the sender's kernel
 * has more when the next two are read, but not so much that the walsender must wait for it.
 *
 * <p>As long as something is left, the window is full again as soon as it was read, and all that the walsender sends is
 * joined to what waits. So a pause that left something was long enough, and the next one is a little shorter; when one
 * left nothing, the next is longer by half. That follows the sender's speed, and the reader's: one that is slower than its
 * sender soon does not pause.
 */
final class WindowPacing implements ReadPacing {

    private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(125);

    /** Not worth a timer. */
    private static final long NEGLIGIBLE = TimeUnit.MICROSECONDS.toNanos(50);

    /** A change that comes after so long is no part of a backlog. */
    private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(50);

    /** A turn of reading that brings so much of a window leaves more to read: the rest of it came in meanwhile. */
    private static final int FULL = ReceiveWindow.NARROW / 4 * 3;

    private final ReceiveWindow window;

    private long momentStart;
    private long bytesInMoment;
    private int bytesInTurn;
    private int largestTurn;
    private long pause;

    WindowPacing(ReceiveWindow window) {
        this.window = window;
    }

    @Override
    public boolean read(int bytes) {
        bytesInMoment += bytes;
        bytesInTurn += bytes;
        return false;
    }

    @Override
    public long pauseAfterRead(boolean exhausted, long now) {
        int turn = bytesInTurn;
        bytesInTurn = 0;
        largestTurn = Math.max(largestTurn, turn);
        if (now - momentStart > (turn < FAST ? LONGEST : IDLE)) {
            pause = 0;
            begin(now);
            bytesInMoment = turn;
        }
        if (bytesInMoment < FAST) {
            if (now - momentStart > MOMENT) {
                pause = 0;
                begin(now);
            }
            return 0;
        }
        boolean more = !exhausted || turn >= full();
        if (more && bytesInMoment < window.quota()) {
            return 0;
        }
        pause = nextPause(more, Math.max(0, now - momentStart));
        begin(now + pause);
        return pause < NEGLIGIBLE ? 0 : pause;
    }

    /** Not all kernels give the same window for a buffer. */
    private int full() {
        return Math.max(FAST, Math.min(FULL, largestTurn / 4 * 3));
    }

    private long nextPause(boolean more, long reading) {
        if (more) {
            return pause - pause / 32;
        }
        boolean fast = bytesInMoment * MOMENT >= FAST * (pause + reading);
        return fast ? Math.min(LONGEST, Math.max(SHORTEST, pause + pause / 2)) : pause / 2;
    }

    private void begin(long moment) {
        momentStart = moment;
        bytesInMoment = 0;
    }
}
