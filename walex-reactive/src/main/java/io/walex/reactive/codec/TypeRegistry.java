package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;

/**
 * The codecs of one database: built-in types by OID, the database's own types (enums, domains, composites, extensions)
 * as its catalog describes them, and the user's. Immutable; safe to share.
 */
public final class TypeRegistry {

    private static final TypeRegistry BUILT_IN = new TypeRegistry();

    private TypeRegistry() {}

    /** Knows PostgreSQL's built-in types and nothing else. */
    public static TypeRegistry builtIn() {
        return BUILT_IN;
    }

    /** The codec for a column of this type; for an unknown type, one that gives its text. */
    public ColumnCodec codec(int typeOid, int typeModifier) {
        return Text.INSTANCE;
    }

    /** PostgreSQL's name of the type ({@code int4}, {@code timestamptz}, {@code mood}); {@code oid:12345} if unknown. */
    public String typeName(int typeOid) {
        return "oid:" + Integer.toUnsignedString(typeOid);
    }

    private enum Text implements ColumnCodec {
        INSTANCE;

        @Override
        public Object fromText(byte[] bytes, int offset, int length) {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }

        @Override
        public Object fromBinary(byte[] bytes, int offset, int length) {
            throw new IllegalArgumentException("no binary codec");
        }
    }
}
