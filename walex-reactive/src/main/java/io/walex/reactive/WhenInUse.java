package io.walex.reactive;

/** What a durable slot's subscription does when another connection holds the slot. */
public enum WhenInUse {
    /** Fails with {@link SlotInUseException}. */
    FAIL,
    /** Stands by, and takes over when the owner ends. */
    WAIT
}
