package io.walex.reactive.codec;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.jackson.JsonNodeDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.ArrayType;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.util.NameTransformer;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Objects made of decoded values by Jackson, each property by {@link Conversions}. Jackson sees the structure only:
 * values go through it as they are, never as JSON.
 */
public final class Binding {

    private static final JsonMapper MAPPER = JsonCodec.MAPPER
            .rebuild()
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .addModule(new SimpleModule("walex")
                    .setDeserializerModifier(new Exactly())
                    .addDeserializer(JsonNode.class, tree(JsonNode.class))
                    .addDeserializer(ObjectNode.class, tree(ObjectNode.class))
                    .addDeserializer(ArrayNode.class, tree(ArrayNode.class)))
            .build();

    private Binding() {}

    /**
     * Makes an object of a row.
     *
     * @param columns by name; those without a property are not asked for their value
     * @throws NoSuchElementException as the value of a column that a property takes throws it
     * @throws IllegalArgumentException when that is impossible or would lose something; the message names the column, and
     *     never holds a value
     */
    public static <T> T row(Map<String, Supplier<@Nullable Object>> columns, Class<T> type) {
        if (type.isAssignableFrom(ObjectNode.class) && JsonNode.class.isAssignableFrom(type)) {
            JsonNode tree = JsonCodec.tree(JsonValues.text(values(columns)));
            return type.cast(tree);
        }
        TokenBuffer tokens = TokenBuffer.forGeneration();
        tokens.writeStartObject();
        for (Map.Entry<String, Supplier<@Nullable Object>> column : columns.entrySet()) {
            tokens.writeName(column.getKey());
            tokens.writeEmbeddedObject(new Later(column.getValue()));
        }
        tokens.writeEndObject();
        try {
            return MAPPER.readValue(tokens.asParser(), type);
        } catch (JacksonException e) {
            throw failure(e, columns.keySet());
        }
    }

    /** Makes an object of a composite or of JSON; null of JSON's null. */
    static <T> @Nullable T value(Object value, Class<T> type) {
        TokenBuffer tokens = TokenBuffer.forGeneration();
        tokens.writeEmbeddedObject(value);
        return MAPPER.readValue(tokens.asParser(), type);
    }

    /** Trees, whose deserializers Jackson lets no modifier see. */
    @SuppressWarnings("unchecked") // It gives what its delegate gives, or an instance of the type.
    private static <T extends JsonNode> ValueDeserializer<T> tree(Class<T> type) {
        return (ValueDeserializer<T>)
                (ValueDeserializer<?>) new ExactDeserializer(type, JsonNodeDeserializer.getDeserializer(type));
    }

    private static Map<String, @Nullable Object> values(Map<String, Supplier<@Nullable Object>> columns) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        columns.forEach((name, value) -> values.put(name, value.get()));
        return values;
    }

    /** Without Jackson's messages, which quote the value; those about the class itself do not. */
    private static IllegalArgumentException failure(JacksonException e, Set<String> columns) {
        String column = e.getPath().isEmpty() ? null : e.getPath().get(0).getPropertyName();
        if (column != null && !columns.contains(column)) {
            column = Spellings.snakeCase(column);
        }
        Throwable cause = e;
        while (cause instanceof DatabindException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Missing missing) {
            throw missing.reason;
        }
        boolean own = cause instanceof Undecodable || cause instanceof Conversions.LossyException;
        String reason = "the value does not fit";
        if (own || e instanceof InvalidDefinitionException) {
            reason = own ? String.valueOf(cause.getMessage()) : e.getOriginalMessage();
        } else if (e instanceof ValueInstantiationException) {
            reason = "its constructor failed";
        } else if (e instanceof InvalidTypeIdException unclear) {
            reason = "no single subtype of %s fits"
                    .formatted(unclear.getBaseType().getRawClass().getTypeName());
        } else if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            reason += " " + mismatch.getTargetType().getTypeName();
        }
        String message = column == null ? reason : "column \"" + column + "\": " + reason;
        boolean safe = own || e instanceof ValueInstantiationException;
        return new IllegalArgumentException(message, safe && !e.equals(cause) ? cause : null);
    }

    /** A column's value, decoded when a property takes it. */
    private record Later(Supplier<@Nullable Object> value) {

        @Nullable
        Object decoded() {
            try {
                return value.get();
            } catch (IllegalArgumentException e) {
                throw new Undecodable(e);
            } catch (NoSuchElementException e) {
                throw new Missing(e);
            }
        }

        /** What deserializers that are not ours read as text. */
        @Override
        public String toString() {
            Object decoded = decoded();
            return decoded == null ? "" : Conversions.convert(decoded, String.class);
        }
    }

    private static final class Undecodable extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        Undecodable(IllegalArgumentException cause) {
            super(cause.getMessage(), cause.getCause());
        }
    }

    /** Passes a column's exception through Jackson, apart from those of the class that is made. */
    private static final class Missing extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final NoSuchElementException reason;

        Missing(NoSuchElementException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /** Puts {@link ExactDeserializer} before Jackson's deserializers. */
    private static final class Exactly extends ValueDeserializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public ValueDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription.Supplier bean, ValueDeserializer<?> deserializer) {
            return new ExactDeserializer(
                    bean.getBeanClass(),
                    Spellings.of(deserializer, bean),
                    Spellings.ofDeduced(config, bean),
                    deserializer);
        }

        @Override
        public ValueDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config,
                JavaType type,
                BeanDescription.Supplier bean,
                ValueDeserializer<?> deserializer) {
            return new ExactDeserializer(type.getRawClass(), deserializer);
        }

        @Override
        public ValueDeserializer<?> modifyArrayDeserializer(
                DeserializationConfig config,
                ArrayType type,
                BeanDescription.Supplier bean,
                ValueDeserializer<?> deserializer) {
            return new ExactDeserializer(type.getRawClass(), deserializer);
        }

        @Override
        public ValueDeserializer<?> modifyCollectionDeserializer(
                DeserializationConfig config,
                CollectionType type,
                BeanDescription.Supplier bean,
                ValueDeserializer<?> deserializer) {
            return new ExactDeserializer(type.getRawClass(), deserializer);
        }

        @Override
        public ValueDeserializer<?> modifyMapDeserializer(
                DeserializationConfig config,
                MapType type,
                BeanDescription.Supplier bean,
                ValueDeserializer<?> deserializer) {
            return new ExactDeserializer(type.getRawClass(), deserializer);
        }
    }

    /** Converts decoded values, and hands lists, maps and JSON to Jackson element by element. */
    private static final class ExactDeserializer extends DelegatingDeserializer {

        private final Class<?> type;
        private final Spellings spellings;
        private final Spellings deduced;

        ExactDeserializer(Class<?> type, ValueDeserializer<?> delegate) {
            this(type, Spellings.NONE, Spellings.NONE, delegate);
        }

        ExactDeserializer(Class<?> type, Spellings spellings, Spellings deduced, ValueDeserializer<?> delegate) {
            super(delegate);
            this.type = type;
            this.spellings = spellings;
            this.deduced = deduced;
        }

        @Override
        protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
            return new ExactDeserializer(type, spellings, deduced, delegate);
        }

        @Override
        @SuppressWarnings("unchecked") // As the method that it overrides.
        public ValueDeserializer<Object> unwrappingDeserializer(
                DeserializationContext context, NameTransformer transformer) {
            ValueDeserializer<?> unwrapping = _delegatee.unwrappingDeserializer(context, transformer);
            ValueDeserializer<?> exact = unwrapping.equals(_delegatee)
                    ? this
                    : new ExactDeserializer(type, spellings.renamed(transformer), deduced, unwrapping);
            return (ValueDeserializer<Object>) exact;
        }

        /** By these an object knows which of its names are for what it unwraps. */
        @Override
        public void collectAllPropertyNamesTo(Set<String> names) {
            super.collectAllPropertyNamesTo(names);
            names.addAll(spellings.properties().keySet());
        }

        @Override
        public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
            return read(parser, context, null);
        }

        @Override
        public @Nullable Object deserializeWithType(
                JsonParser parser, DeserializationContext context, TypeDeserializer types) {
            return read(parser, context, types);
        }

        private @Nullable Object read(
                JsonParser parser, DeserializationContext context, @Nullable TypeDeserializer types) {
            if (parser.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT) {
                Object embedded = parser.getEmbeddedObject();
                Object value = embedded instanceof Later later ? later.decoded() : embedded;
                return value == null ? getNullValue(context) : convert(value, context, types);
            } else if (parser.currentToken().isNumeric() && isNumber()) {
                Number number = parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT
                        ? parser.getDecimalValue()
                        : parser.getNumberValue();
                return Conversions.convert(number, type);
            }
            return delegate(parser, context, types);
        }

        private @Nullable Object convert(
                Object value, DeserializationContext context, @Nullable TypeDeserializer types) {
            if (type.isInstance(value) && (type == Object.class || !isStructure(value))) {
                return value;
            } else if (type == String.class) {
                return Conversions.convert(value, type);
            } else if (JsonNode.class.isAssignableFrom(type)) {
                JsonNode tree = JsonCodec.tree(JsonValues.text(value));
                if (!type.isInstance(tree)) {
                    throw new Conversions.LossyException(value, type);
                }
                return tree;
            } else if (value instanceof JsonNode tree && tree.isNumber() && isNumber()) {
                return Conversions.convert(tree.numberValue(), type);
            } else if (value instanceof JsonNode tree && tree.isArray() && isPrimitiveArray()) {
                return Conversions.convert(List.copyOf(tree.values()), type);
            } else if (value instanceof JsonNode tree) {
                return tree.isNull()
                        ? getNullValue(context)
                        : delegate(started(context.treeAsTokens(tree)), context, types);
            } else if (isStructure(value) && !isPrimitiveArray()) {
                return delegate(started(opened(value).asParser(context)), context, types);
            }
            try {
                return Conversions.convert(value, type);
            } catch (Conversions.LossyException e) {
                if (!isLeftToJackson(value)) {
                    throw e;
                }
                return delegate(started(context.treeAsTokens(plain(value))), context, types);
            }
        }

        /** Classes that Jackson makes of one value, such as those with a creator; it has no say in those we know. */
        private boolean isLeftToJackson(Object value) {
            if (type.isPrimitive()
                    || type.isArray()
                    || isNumber()
                    || type == Boolean.class
                    || type == Character.class
                    || value instanceof ByteBuffer) {
                return false;
            }
            return value instanceof String text
                    ? !text.isEmpty() && !ByteBuffer.class.isAssignableFrom(type)
                    : !type.isEnum() && !type.getName().startsWith("java.");
        }

        private boolean isNumber() {
            return Number.class.isAssignableFrom(type)
                    || type.isPrimitive() && type != boolean.class && type != char.class;
        }

        private boolean isPrimitiveArray() {
            Class<?> component = type;
            while (component.isArray()) {
                component = component.getComponentType();
            }
            return type.isArray() && component.isPrimitive();
        }

        private @Nullable Object delegate(
                JsonParser parser, DeserializationContext context, @Nullable TypeDeserializer types) {
            return types == null
                    ? _delegatee.deserialize(spellings.resolve(parser, context), context)
                    : _delegatee.deserializeWithType(deduced.resolve(parser, context), context, types);
        }

        private static JsonParser started(JsonParser parser) {
            parser.nextToken();
            return parser;
        }

        private static JsonNode plain(Object value) {
            return JsonCodec.MAPPER.valueToTree(value);
        }

        private static boolean isStructure(Object value) {
            return value instanceof List || value instanceof Map;
        }

        private static TokenBuffer opened(Object value) {
            TokenBuffer tokens = TokenBuffer.forGeneration();
            if (value instanceof List<?> list) {
                tokens.writeStartArray();
                list.forEach(element -> write(tokens, element));
                tokens.writeEndArray();
            } else {
                tokens.writeStartObject();
                ((Map<?, ?>) value).forEach((name, element) -> {
                    tokens.writeName(String.valueOf(name));
                    write(tokens, element);
                });
                tokens.writeEndObject();
            }
            return tokens;
        }

        private static void write(TokenBuffer tokens, @Nullable Object value) {
            if (value == null) {
                tokens.writeNull();
            } else {
                tokens.writeEmbeddedObject(value);
            }
        }
    }
}
