package io.walex.reactive.codec;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of one database: those of built-in types, those of the database's own types (enums, domains, composites,
 * extensions) as its catalog describes them, and the user's. Immutable; safe to share.
 */
public final class TypeRegistry {

    private static final TypeRegistry BUILT_IN = builder().build();

    private final Builder settings;
    private final Map<Integer, PgType> types;
    private final Map<Integer, ColumnCodec> codecs;

    private TypeRegistry(Builder settings) {
        CodecResolver resolver = new CodecResolver(settings);
        this.settings = settings;
        this.codecs = resolver.resolveAll();
        this.types = resolver.types();
    }

    /** Knows PostgreSQL's built-in types and nothing else. */
    public static TypeRegistry builtIn() {
        return BUILT_IN;
    }

    /** Starts from the built-in types. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this registry. */
    public Builder mutate() {
        return new Builder(settings);
    }

    /** Whether the type is built in or was described by the catalog. */
    public boolean knows(int typeOid) {
        return types.containsKey(typeOid);
    }

    /**
     * Whether the type is composite or made of a composite one. Only the values of such types change their form while
     * the type is in use.
     */
    public boolean mayChange(int typeOid) {
        PgType type = types.get(typeOid);
        for (int depth = 0; type != null && depth < types.size(); depth++) {
            if (type.kind() == PgType.Kind.COMPOSITE) {
                return true;
            }
            type = types.get(type.elementOid());
        }
        return false;
    }

    /**
     * The codec for a column of this type. For an unknown type, it gives the text as a {@code String}, and the binary
     * form, of which nothing is known, as a read-only {@code ByteBuffer}.
     */
    public ColumnCodec codec(int typeOid, int typeModifier) {
        return codecs.getOrDefault(typeOid, BytesCodecs.UNKNOWN);
    }

    /**
     * PostgreSQL's name of the type ({@code int4}, {@code timestamptz}, {@code mood}); {@code oid:12345} if unknown.
     */
    public String typeName(int typeOid) {
        PgType type = types.get(typeOid);
        return type == null ? "oid:" + Integer.toUnsignedString(typeOid) : type.name();
    }

    /**
     * The OID of a type that is built in or was described by the catalog; empty if unknown.
     *
     * @param name as in {@code pg_type}, with or without its schema; without, a built-in type comes first
     */
    public OptionalInt typeOid(String name) {
        return types.values().stream()
                .filter(type -> type.name().equals(name) || (type.schema() + '.' + type.name()).equals(name))
                .mapToInt(PgType::oid)
                .boxed()
                .min(Integer::compareUnsigned)
                .stream()
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /**
     * Builds a {@link TypeRegistry}.
     *
     * <ul>
     *   <li>A type is named as in {@code pg_type} ({@code int4}, not {@code integer}), with or without its schema
     *       ({@code sales.price}).
     *   <li>What is set for a type also holds for the arrays, domains, ranges and composites made of it.
     *   <li>For each type the last setting wins. A setting by OID goes before one by name with its schema, and that
     *       before one by name.
     * </ul>
     */
    public static final class Builder {

        final Map<Integer, PgType> types;
        final Map<String, UnaryOperator<ColumnCodec>> byName;
        final Map<Integer, UnaryOperator<ColumnCodec>> byOid;
        JsonForm jsonForm = JsonForm.NODE;
        int moneyScale = 2;

        @Nullable
        Runnable onOutdated;

        private Builder() {
            types = new HashMap<>();
            byName = new HashMap<>();
            byOid = new HashMap<>();
        }

        private Builder(Builder other) {
            types = new HashMap<>(other.types);
            byName = new HashMap<>(other.byName);
            byOid = new HashMap<>(other.byOid);
            jsonForm = other.jsonForm;
            moneyScale = other.moneyScale;
            onOutdated = other.onOutdated;
        }

        /** Adds the database's own types, in any order; replaces those of the same OID. */
        public Builder types(Collection<PgType> described) {
            described.forEach(type -> types.put(type.oid(), type));
            return this;
        }

        /** Decodes the type by a codec of your own. */
        public Builder codec(String typeName, ColumnCodec codec) {
            byName.put(typeName, Registered.codec('"' + typeName + '"', codec));
            return this;
        }

        /** Decodes the type by a codec of your own. */
        public Builder codec(int typeOid, ColumnCodec codec) {
            byOid.put(typeOid, Registered.codec(Integer.toUnsignedString(typeOid), codec));
            return this;
        }

        /**
         * Passes the type's ordinary value, a {@code String} for types that are not known, through a function. Equal
         * values must give equal ones at any time, as with a {@link ColumnCodec}.
         */
        public Builder map(String typeName, Function<Object, ?> function) {
            byName.put(typeName, Registered.function('"' + typeName + '"', function));
            return this;
        }

        /**
         * Passes the type's ordinary value, a {@code String} for types that are not known, through a function. Equal
         * values must give equal ones at any time, as with a {@link ColumnCodec}.
         */
        public Builder map(int typeOid, Function<Object, ?> function) {
            byOid.put(typeOid, Registered.function(Integer.toUnsignedString(typeOid), function));
            return this;
        }

        /** What {@code json} and {@code jsonb} come as; {@link JsonForm#NODE} by default. */
        public Builder jsonForm(JsonForm form) {
            jsonForm = form;
            return this;
        }

        /**
         * How many digits follow the point in {@code money}; 2 by default. Only the server's {@code lc_monetary} knows.
         *
         * @see TypeCatalog#MONEY_SCALE
         */
        public Builder moneyScale(int digits) {
            moneyScale = digits;
            return this;
        }

        /**
         * Makes a registry for values that may be newer than the description of their types. A composite value must
         * then have all attributes that are described, or it comes like a value of an unknown type. By default values
         * are older: one with fewer attributes is from before the others were added.
         *
         * @param told when a value shows that its description is out of date, on the thread that decodes it
         */
        public Builder onOutdated(Runnable told) {
            onOutdated = told;
            return this;
        }

        public TypeRegistry build() {
            return new TypeRegistry(new Builder(this));
        }
    }
}
