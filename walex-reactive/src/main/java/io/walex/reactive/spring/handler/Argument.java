package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.Truncation;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a parameter takes of an event. */
@FunctionalInterface
interface Argument {

    @Nullable
    Object of(Event event);

    /**
     * Finds out what a parameter takes.
     *
     * @throws InvalidHandlerException when that is nothing that the subjects' events have
     */
    static Argument of(Method method, Parameter parameter, Set<Subject> subjects) {
        Class<?> type = parameter.getType();
        Column column = parameter.getAnnotation(Column.class);
        if (column != null) {
            String name = name(method, parameter, column.value());
            requireRows(method, "@Column(\"" + name + "\")", subjects);
            return event -> Rows.column(event, name, type);
        }
        Key key = parameter.getAnnotation(Key.class);
        if (key != null) {
            String name = name(method, parameter, key.value());
            requireRows(method, "@Key(\"" + name + "\")", subjects);
            return event -> Rows.key(event, name, type);
        }
        return of(method, parameter.getParameterizedType(), subjects);
    }

    /** The same for a type alone, such as that of a list's elements. */
    static Argument of(Method method, Type generic, Set<Subject> subjects) {
        Class<?> type = raw(generic);
        if (type == Event.class) {
            return event -> event;
        }
        if (type == Position.class) {
            return Event::position;
        }
        if (type == Truncation.class) {
            return only(Subject.TRUNCATE, method, type, subjects, Event::truncation);
        }
        if (type == LogicalMessage.class) {
            return only(Subject.MESSAGE, method, type, subjects, Event::message);
        }
        if (type == byte[].class) {
            return only(
                    Subject.MESSAGE,
                    method,
                    type,
                    subjects,
                    event -> event.message().content());
        }
        if (type == String.class) {
            return only(
                    Subject.MESSAGE,
                    method,
                    type,
                    subjects,
                    event -> new String(event.message().content(), StandardCharsets.UTF_8));
        }
        return ofRow(method, generic, subjects);
    }

    private static Argument ofRow(Method method, Type generic, Set<Subject> subjects) {
        Class<?> type = raw(generic);
        requireRows(method, generic.getTypeName(), subjects);
        if (type == Row.class) {
            return Rows::of;
        }
        if (type == RowChange.class) {
            Class<?> payload = raw(element(generic));
            requirePayload(method, payload);
            return event -> Rows.change(event, payload);
        }
        requirePayload(method, type);
        return event -> Rows.payload(event, type);
    }

    private static Argument only(
            Subject subject, Method method, Class<?> type, Set<Subject> subjects, Argument argument) {
        if (!subjects.equals(Set.of(subject))) {
            throw new InvalidHandlerException(
                    method, "a parameter of type %s takes %s".formatted(type.getSimpleName(), subject));
        }
        return argument;
    }

    private static void requireRows(Method method, String what, Set<Subject> subjects) {
        for (Subject subject : subjects) {
            if (!subject.hasRow()) {
                throw new InvalidHandlerException(
                        method, "%s takes a row, and events of %s may have none".formatted(what, subject));
            }
        }
    }

    private static void requirePayload(Method method, Class<?> type) {
        if (!isPayload(type)) {
            throw new InvalidHandlerException(method, "a row cannot be mapped onto " + type.getTypeName());
        }
    }

    /** Whether a row could be mapped onto it. */
    static boolean isPayload(Class<?> type) {
        return !type.isPrimitive()
                && !type.isArray()
                && !type.isInterface()
                && !type.isEnum()
                && !type.getName().startsWith("java.")
                && !type.getName().startsWith("io.walex.reactive.event.");
    }

    private static String name(Method method, Parameter parameter, String given) {
        if (given.isEmpty() && !parameter.isNamePresent()) {
            throw new InvalidHandlerException(method, "name the column in the annotation, or compile with -parameters");
        }
        return given.isEmpty() ? parameter.getName() : given;
    }

    /** The one type argument; {@code Object} without one. */
    static Type element(Type generic) {
        Type argument = generic instanceof ParameterizedType parameterized
                ? parameterized.getActualTypeArguments()[0]
                : Object.class;
        return argument instanceof WildcardType wildcard ? wildcard.getUpperBounds()[0] : argument;
    }

    static Class<?> raw(Type generic) {
        if (generic instanceof Class<?> type) {
            return type;
        }
        return generic instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getRawType()
                : Object.class;
    }
}
