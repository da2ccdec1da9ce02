package io.walex.reactive.event;

/**
 * Whether the values of a column come again often enough to look for them first. Where they do not, as those of a key, only a
 * few are looked for now and then. Confined to one thread.
 */
final class Recurrence {

    /** Looking costs less than decoding: it is worth it where one value in three is found. */
    private static final int FOUND = 2;

    private static final int TRIAL = 64;
    private static final int MOST = 4 * TRIAL;
    private static final int PAUSE = 16 * TRIAL;

    /** Below zero, so many are not looked for. */
    private int credit = TRIAL;

    boolean isLikely() {
        if (credit >= 0) {
            return true;
        }
        if (++credit == 0) {
            credit = TRIAL;
        }
        return false;
    }

    void found() {
        credit = Math.min(MOST, credit + FOUND);
    }

    void missed() {
        if (--credit < 0) {
            credit = -PAUSE;
        }
    }
}
