package io.walex.reactive.event;

/**
 * The options of a TRUNCATE.
 *
 * @param cascade whether it went on to the tables that reference the named ones, which have events of their own
 * @param restartIdentity whether sequences of the table's columns were restarted
 */
public record Truncation(boolean cascade, boolean restartIdentity) {}
