package io.walex.reactive.pgoutput;

/**
 * A column of a {@link Relation}.
 *
 * @param name the column
 * @param key whether it belongs to the replica identity's key (every column does with {@code REPLICA IDENTITY FULL})
 * @param typeOid {@code pg_type.oid}
 * @param typeModifier {@code pg_attribute.atttypmod}, -1 where there is none
 */
public record RelationColumn(String name, boolean key, int typeOid, int typeModifier) {}
