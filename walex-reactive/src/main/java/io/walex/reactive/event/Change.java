package io.walex.reactive.event;

import org.jspecify.annotations.Nullable;

/**
 * A column's value before and after an update.
 *
 * @param oldValue null for SQL NULL
 * @param newValue null for SQL NULL
 */
public record Change(@Nullable Object oldValue, @Nullable Object newValue) {}
