package io.walex.reactive.handler.convention;

/** Has a table's name, but handles nothing. */
public final class NotAModule {}
