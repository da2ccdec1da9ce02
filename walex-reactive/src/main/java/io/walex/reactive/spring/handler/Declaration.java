package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventFilters;
import io.walex.reactive.event.TablePattern;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * What a method's annotations ask for.
 *
 * @param subject how it is registered
 * @param subjects whose events it gets
 * @param name of the table, or a prefix of messages
 * @param filter null when it gets all events of the subject
 */
record Declaration(
        Subject subject,
        Set<Subject> subjects,
        String name,
        @Nullable Predicate<Event> filter) {

    private static final String SPRING_DATA_TABLE = "org.springframework.data.relational.core.mapping.Table";

    /** Reads the annotations; the function fills in placeholders. */
    static Declaration of(Class<?> type, Method method, UnaryOperator<String> placeholders) {
        MergedAnnotations annotations = MergedAnnotations.from(method, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY);
        Set<Subject> subjects = EnumSet.noneOf(Subject.class);
        List<String> names = new ArrayList<>();
        Predicate<Event> filter = null;
        for (Subject subject : Subject.values()) {
            MergedAnnotation<?> annotation = annotations.get(subject.annotation());
            if (annotation.isPresent()) {
                subjects.add(subject);
                String given = placeholders.apply(annotation.getString("value"));
                names.add(subject == Subject.MESSAGE ? given : table(type, method, given, placeholders));
                Predicate<Event> each = filter(subject, annotation);
                filter = filter == null ? each : filter.or(each);
            }
        }
        return of(method, subjects, names, Objects.requireNonNull(filter));
    }

    private static Declaration of(Method method, Set<Subject> subjects, List<String> names, Predicate<Event> filter) {
        String name = names.get(0);
        if (subjects.size() == 1) {
            Subject subject = subjects.iterator().next();
            requireName(method, subject, name);
            return new Declaration(subject, subjects, name, subject == Subject.UPDATE ? filter : null);
        }
        if (subjects.contains(Subject.MESSAGE) || subjects.contains(Subject.EVENT)) {
            throw new InvalidHandlerException(method, "@OnMessage and @OnEvent stand alone on a method");
        }
        if (names.stream().distinct().count() > 1) {
            throw new InvalidHandlerException(
                    method, "its annotations name several tables, %s; write a method for each".formatted(names));
        }
        requireName(method, Subject.EVENT, name);
        return new Declaration(Subject.EVENT, subjects, name, filter);
    }

    private static Predicate<Event> filter(Subject subject, MergedAnnotation<?> annotation) {
        Predicate<Event> type =
                subject.type() == null ? event -> true : EventFilters.type(Objects.requireNonNull(subject.type()));
        String[] changed = subject == Subject.UPDATE ? annotation.getStringArray("changed") : new String[0];
        return changed.length == 0 ? type : type.and(EventFilters.changed(changed));
    }

    private static void requireName(Method method, Subject subject, String name) {
        if (subject == Subject.MESSAGE) {
            if (name.isEmpty()) {
                throw new InvalidHandlerException(method, "@OnMessage needs a prefix; \"*\" means any");
            }
            return;
        }
        if (name.isEmpty()) {
            throw new InvalidHandlerException(
                    method,
                    "nothing names its table: neither its annotation, nor @WalExHandlers(table = ...) of its class, nor a parameter that a row is mapped onto");
        }
        try {
            TablePattern.parse(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidHandlerException(method, String.valueOf(e.getMessage()));
        }
    }

    private static String table(Class<?> type, Method method, String given, UnaryOperator<String> placeholders) {
        if (!given.isEmpty()) {
            return given;
        }
        WalExHandlers ofClass = AnnotatedElementUtils.findMergedAnnotation(type, WalExHandlers.class);
        String table = ofClass == null ? "" : placeholders.apply(ofClass.table());
        return table.isEmpty() ? payload(method).map(Declaration::tableOf).orElse("") : table;
    }

    private static Optional<Class<?>> payload(Method method) {
        return Stream.of(method.getParameters())
                .filter(parameter ->
                        !parameter.isAnnotationPresent(Column.class) && !parameter.isAnnotationPresent(Key.class))
                .map(Parameter::getParameterizedType)
                .map(generic -> Argument.raw(generic) == List.class ? Argument.element(generic) : generic)
                .map(generic -> Argument.raw(generic) == RowChange.class ? Argument.element(generic) : generic)
                .<Class<?>>map(Argument::raw)
                .filter(Argument::isPayload)
                .findFirst();
    }

    private static String tableOf(Class<?> payload) {
        MergedAnnotation<?> named = MergedAnnotations.from(payload).get(SPRING_DATA_TABLE);
        String name = named.isPresent() ? named.getString("value") : "";
        String schema = named.isPresent() ? named.getString("schema") : "";
        String table = name.isEmpty() ? Rows.snakeCase(payload.getSimpleName()) : name;
        return schema.isEmpty() ? table : schema + "." + table;
    }
}
