package io.walex.reactive.codec;

import java.util.List;

/**
 * A row of {@code pg_type}: what a {@link TypeRegistry} must know of a type to decode it.
 *
 * @param oid {@code pg_type.oid}
 * @param schema its namespace
 * @param name its name there ({@code int4}, {@code _int4}, {@code mood})
 * @param kind what decides how it is decoded
 * @param elementOid the array's element, the range's subtype, the multirange's range, the domain's base type; 0
 *     otherwise
 * @param delimiter what separates this type's values within an array's text: a comma, but for {@code box}
 * @param attributes of a composite type, in their order, without dropped ones; empty otherwise
 * @param hasDropped whether there were attributes that were dropped
 * @see TypeCatalog
 */
public record PgType(
        int oid,
        String schema,
        String name,
        Kind kind,
        int elementOid,
        char delimiter,
        List<Attribute> attributes,
        boolean hasDropped) {

    /** {@code pg_type.typtype}, with arrays set apart. */
    public enum Kind {
        BASE,
        ENUM,
        DOMAIN,
        COMPOSITE,
        RANGE,
        MULTIRANGE,
        ARRAY,
        PSEUDO
    }

    /**
     * An attribute of a composite type.
     *
     * @param name its name
     * @param typeOid its type
     * @param typeModifier {@code atttypmod}, -1 where there is none
     */
    public record Attribute(String name, int typeOid, int typeModifier) {}

    public PgType {
        attributes = List.copyOf(attributes);
    }

    /** A type that needs no other to be decoded. */
    public static PgType of(int oid, String schema, String name, Kind kind) {
        return of(oid, schema, name, kind, 0);
    }

    /** A type made of another. */
    public static PgType of(int oid, String schema, String name, Kind kind, int elementOid) {
        return new PgType(oid, schema, name, kind, elementOid, ',', List.of(), false);
    }

    /** A composite type. */
    public static PgType composite(int oid, String schema, String name, List<Attribute> attributes) {
        return new PgType(oid, schema, name, Kind.COMPOSITE, 0, ',', attributes, false);
    }
}
