package io.walex.reactive.testsupport;

import java.util.function.BooleanSupplier;

/** Lets threads through while open. */
final class Gate {

    private boolean shut;

    synchronized void shut() {
        shut = true;
    }

    synchronized void open() {
        shut = false;
        notifyAll();
    }

    /** Has waiting threads look at their condition again. */
    synchronized void nudge() {
        notifyAll();
    }

    /** Returns when the gate is open or the condition no longer holds. */
    synchronized void pass(BooleanSupplier stillWanted) throws InterruptedException {
        while (shut && stillWanted.getAsBoolean()) {
            wait();
        }
    }
}
