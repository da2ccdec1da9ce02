package io.walex.reactive.codec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Puts a registry's codecs together: those of arrays, domains and the like are made of their parts'. */
final class CodecResolver {

    private final TypeRegistry.Builder settings;
    private final Map<Integer, PgType> types = new HashMap<>();
    private final Map<Integer, ColumnCodec> codecs = new HashMap<>();
    private final Set<Integer> resolving = new HashSet<>();

    CodecResolver(TypeRegistry.Builder settings) {
        this.settings = settings;
        BuiltInTypes.ALL.forEach(type -> types.put(type.oid(), type));
        types.putAll(settings.types);
    }

    Map<Integer, PgType> types() {
        return Map.copyOf(types);
    }

    Map<Integer, ColumnCodec> resolveAll() {
        types.keySet().forEach(this::resolve);
        settings.byOid.keySet().forEach(this::resolve);
        return Map.copyOf(codecs);
    }

    private ColumnCodec resolve(int oid) {
        ColumnCodec known = codecs.get(oid);
        if (known != null) {
            return known;
        }
        // A server forbids types that contain themselves; a wrong description must not overflow the stack.
        if (!resolving.add(oid)) {
            return BytesCodecs.UNKNOWN;
        }
        PgType type = types.get(oid);
        ColumnCodec codec = type == null ? customized(oid, BytesCodecs.UNKNOWN) : customized(type, ordinary(type));
        codecs.put(oid, codec);
        return codec;
    }

    private ColumnCodec ordinary(PgType type) {
        return switch (type.kind()) {
            case BASE -> BaseCodecs.codec(type, settings.jsonForm, settings.moneyScale);
            case ENUM -> BytesCodecs.TEXT;
            case PSEUDO -> BytesCodecs.UNKNOWN;
            case DOMAIN -> resolve(type.elementOid());
            case ARRAY -> new ArrayCodec(resolve(type.elementOid()), delimiter(type.elementOid()));
            case RANGE -> new RangeCodec(resolve(type.elementOid()));
            case MULTIRANGE -> new MultirangeCodec(resolve(type.elementOid()));
            case COMPOSITE -> composite(type);
        };
    }

    private char delimiter(int oid) {
        PgType type = types.get(oid);
        return type == null ? ',' : type.delimiter();
    }

    private ColumnCodec composite(PgType type) {
        return new CompositeCodec(
                type.attributes().stream()
                        .map(attribute -> new CompositeCodec.Attribute(
                                attribute.name(), attribute.typeOid(), resolve(attribute.typeOid())))
                        .toList(),
                type.hasDropped(),
                settings.onOutdated);
    }

    private ColumnCodec customized(PgType type, ColumnCodec ordinary) {
        UnaryOperator<ColumnCodec> named = settings.byName.getOrDefault(
                type.schema() + '.' + type.name(), settings.byName.getOrDefault(type.name(), UnaryOperator.identity()));
        return settings.byOid.getOrDefault(type.oid(), named).apply(ordinary);
    }

    private ColumnCodec customized(int oid, ColumnCodec ordinary) {
        return settings.byOid.getOrDefault(oid, UnaryOperator.identity()).apply(ordinary);
    }
}
