package io.walex.reactive.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;
import tools.jackson.databind.util.NameTransformer;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Which properties of a class an object may spell in snake case too: those that no annotation names.
 *
 * @param properties by their name in snake case, without those that are in snake case themselves
 */
record Spellings(Map<String, String> properties) {

    static final Spellings NONE = new Spellings(Map.of());

    private static final SnakeCase SNAKE_CASE = new SnakeCase();

    /** Of the class that a deserializer reads property by property; none of any other. */
    static Spellings of(ValueDeserializer<?> deserializer, BeanDescription.Supplier bean) {
        Collection<Object> known = deserializer.getKnownPropertyNames();
        if (known == null) {
            return NONE;
        }
        Map<String, String> properties = new HashMap<>();
        for (BeanPropertyDefinition property : bean.get().findProperties()) {
            String name = property.getName();
            String snakeCase = snakeCase(name);
            if (property.isExplicitlyNamed() || !known.contains(name) || known.contains(snakeCase)) {
                continue;
            }
            String other = properties.put(snakeCase, name);
            if (other != null) {
                throw new IllegalArgumentException(
                        "Properties \"%s\" and \"%s\" are both \"%s\" in snake case; ".formatted(other, name, snakeCase)
                                + "name one by @JsonProperty");
            }
        }
        return new Spellings(properties);
    }

    /**
     * Of all classes that an object may be of by its properties' names, for telling which; none where something else tells.
     * What two of them spell alike is left as it is.
     */
    static Spellings ofDeduced(DeserializationConfig config, BeanDescription.Supplier base) {
        JsonTypeInfo.Value told =
                config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, base.getClassInfo());
        if (told == null || told.getIdType() != JsonTypeInfo.Id.DEDUCTION) {
            return NONE;
        }
        ClassIntrospector introspector = config.classIntrospectorInstance();
        List<BeanPropertyDefinition> all =
                config.getSubtypeResolver().collectAndResolveSubtypesByTypeId(config, base.getClassInfo()).stream()
                        .map(subtype -> config.constructType(subtype.getType()))
                        .flatMap(type -> introspector
                                .introspectForDeserialization(type, introspector.introspectClassAnnotations(type))
                                .findProperties()
                                .stream())
                        .toList();
        Set<String> names = all.stream().map(BeanPropertyDefinition::getName).collect(Collectors.toSet());
        Map<String, String> properties = new HashMap<>();
        for (BeanPropertyDefinition property : all) {
            String snakeCase = snakeCase(property.getName());
            if (!property.isExplicitlyNamed() && !names.contains(snakeCase)) {
                properties.merge(snakeCase, property.getName(), (one, other) -> one.equals(other) ? one : snakeCase);
            }
        }
        return new Spellings(properties);
    }

    static String snakeCase(String name) {
        return SNAKE_CASE.of(name);
    }

    /** The spellings where {@code @JsonUnwrapped} adds a prefix or suffix to the names. */
    Spellings renamed(NameTransformer transformer) {
        Map<String, String> renamed = new HashMap<>();
        properties.forEach(
                (snakeCase, name) -> renamed.put(transformer.transform(snakeCase), transformer.transform(name)));
        return new Spellings(renamed);
    }

    /** The object with the properties' names. Where it has both spellings, only the property's name counts. */
    JsonParser resolve(JsonParser object, DeserializationContext context) {
        if (properties.isEmpty()
                || object.currentToken() != JsonToken.START_OBJECT
                        && object.currentToken() != JsonToken.PROPERTY_NAME) {
            return object;
        }
        Set<String> names = new HashSet<>();
        JsonParser copy = copy(object, context, name -> {
            names.add(name);
            return name;
        });
        if (Collections.disjoint(names, properties.keySet())) {
            return copy;
        }
        return copy(copy, context, name -> {
            String property = properties.getOrDefault(name, name);
            return names.contains(property) ? name : property;
        });
    }

    private static JsonParser copy(JsonParser object, DeserializationContext context, UnaryOperator<String> naming) {
        TokenBuffer copy = context.bufferForInputBuffering(object);
        copy.writeStartObject();
        if (object.currentToken() == JsonToken.START_OBJECT) {
            object.nextToken();
        }
        for (; object.currentToken() == JsonToken.PROPERTY_NAME; object.nextToken()) {
            copy.writeName(naming.apply(object.currentName()));
            object.nextToken();
            copy.copyCurrentStructure(object);
        }
        copy.writeEndObject();
        JsonParser parser = copy.asParser(context);
        parser.nextToken();
        return parser;
    }

    /** Jackson's, which it shows to subclasses only. */
    private static final class SnakeCase extends SnakeCaseStrategy {

        private static final long serialVersionUID = 1L;

        String of(String name) {
            return translate(name);
        }
    }
}
