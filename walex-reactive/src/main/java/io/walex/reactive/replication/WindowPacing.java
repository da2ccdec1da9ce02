package io.walex.reactive.replication;

import java.util.concurrent.TimeUnit;

/**
 * Paces reads behind a {@link ReceiveWindow}: reads two windows of a backlog, then waits so long that the sender's kernel
 * has more when the next two are read, but not so much that the walsender must wait for it.
 *
 * <p>As long as something is left, the window is full again as soon as it was read, and all that the walsender sends is
 * joined to what waits. So a pause that left something was long enough, and the next one is a little shorter; when one
 * left nothing, the next is longer by half. That follows the sender's speed, and the reader's: one that is slower than its
 * sender never pauses.
 */
final class WindowPacing implements ReadPacing {

    private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(125);

    /** Not worth a timer. */
    private static final long NEGLIGIBLE = TimeUnit.MICROSECONDS.toNanos(50);

    /** A message that is a packet of its own needs no joining. */
    private static final int LARGE = 1 << 10;

    /** So many are looked at, to tell what most are like. */
    private static final int SAMPLE = 256;

    private final ReceiveWindow window;

    private long momentStart;
    private long bytesInMoment;
    private int bytesInTurn;
    private long pause;
    private int messages;
    private int largeMessages;

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
    public void message(int bytes) {
        messages++;
        if (bytes >= LARGE) {
            largeMessages++;
        }
        if (messages == SAMPLE) {
            if (largeMessages > SAMPLE / 2) {
                window.widen();
            }
            messages = 0;
            largeMessages = 0;
        }
    }

    @Override
    public long pauseAfterRead(boolean exhausted, long now) {
        boolean more = !exhausted || bytesInTurn >= window.size() / 2;
        bytesInTurn = 0;
        if (bytesInMoment < FAST) {
            if (now - momentStart > MOMENT) {
                pause = 0;
                begin(now);
            }
            return 0;
        }
        if (more && bytesInMoment < 2L * window.size()) {
            return 0;
        }
        pause = nextPause(more);
        begin(now + pause);
        return pause < NEGLIGIBLE ? 0 : pause;
    }

    private long nextPause(boolean more) {
        if (more) {
            return pause - pause / 32;
        }
        boolean fast = bytesInMoment * MOMENT >= FAST * pause;
        return fast ? Math.min(LONGEST, Math.max(SHORTEST, pause + pause / 2)) : pause / 2;
    }

    private void begin(long moment) {
        momentStart = moment;
        bytesInMoment = 0;
    }
}
