package io.walex.reactive.event;

/**
 * A column of the table as it was when the row was written.
 *
 * @param name the column
 * @param type PostgreSQL's name of its type
 * @param typeOid {@code pg_type.oid}
 * @param typeModifier {@code pg_attribute.atttypmod}, -1 where there is none
 * @param key whether it belongs to the replica identity
 */
public record Column(String name, String type, int typeOid, int typeModifier, boolean key) {}
