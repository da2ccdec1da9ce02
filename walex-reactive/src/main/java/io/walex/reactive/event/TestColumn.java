package io.walex.reactive.event;

/**
 * A column as a test describes it.
 *
 * @param type its name in {@code pg_type}
 * @param key whether it belongs to the primary key
 */
record TestColumn(String name, String type, boolean key) {}
