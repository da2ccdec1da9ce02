package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.handler.EventFunction;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.FailurePolicy;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerSpec;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import reactor.util.retry.Retry;

/** Makes a module of handlers of each bean that has annotated methods. Beans are made when their methods are first called. */
public final class AnnotatedHandlers {

    private final ConfigurableListableBeanFactory beans;

    private AnnotatedHandlers(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * Looks at all beans.
     *
     * @throws InvalidHandlerException when a method cannot be called with its events
     */
    public static List<HandlerModule> of(ConfigurableListableBeanFactory beans) {
        return new AnnotatedHandlers(beans).modules();
    }

    private List<HandlerModule> modules() {
        List<HandlerModule> modules = new ArrayList<>();
        for (String bean : beans.getBeanNamesForType(Object.class, true, false)) {
            if (!ScopedProxyUtils.isScopedTarget(bean)) {
                List<Compiled> methods = methods(bean);
                if (!methods.isEmpty()) {
                    modules.add(on -> methods.forEach(method -> method.declaration()
                            .subject()
                            .register(on, method.declaration().name(), method.spec(), method.handler())));
                }
            }
        }
        return modules;
    }

    /**
     * A method as it is registered.
     *
     * @param handler null when the spec's function is all of it
     */
    private record Compiled(
            Declaration declaration,
            HandlerSpec spec,
            @Nullable EventHandler handler) {}

    private List<Compiled> methods(String bean) {
        Class<?> type = AutoProxyUtils.determineTargetClass(beans, bean);
        if (type == null || !AnnotationUtils.isCandidateClass(type, Subject.ANNOTATIONS)) {
            return List.of();
        }
        Map<Method, Declaration> found = new LinkedHashMap<>(MethodIntrospector.selectMethods(
                type, (MethodIntrospector.MetadataLookup<Declaration>) method -> isHandler(method)
                        ? Declaration.of(ClassUtils.getUserClass(type), method, this::resolved)
                        : null));
        return found.entrySet().stream()
                .map(each -> compile(bean, each.getKey(), each.getValue()))
                .toList();
    }

    private static boolean isHandler(Method method) {
        return Subject.ANNOTATIONS.stream()
                .anyMatch(annotation -> AnnotatedElementUtils.hasAnnotation(method, annotation));
    }

    private String resolved(String text) {
        return Objects.requireNonNullElse(beans.resolveEmbeddedValue(text), "");
    }

    private Compiled compile(String bean, Method method, Declaration declaration) {
        Supplier<Object> target = () -> beans.getBean(bean);
        Invocation invocation = Invocation.of(target, method, declaration.subjects());
        String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        HandlerSpec spec = HandlerSpec.create().name(name);
        if (declaration.filter() != null) {
            spec = spec.filter(declaration.filter());
        }
        Failing failing = failing(method);
        InParallel parallel = AnnotatedElementUtils.findMergedAnnotation(method, InParallel.class);
        if (parallel == null) {
            return new Compiled(declaration, failing.in(spec), invocation::handle);
        }
        return new Compiled(
                declaration,
                spec.functions(failing.in(function(name, method, declaration, invocation, parallel))),
                null);
    }

    private EventFunction function(
            String name, Method method, Declaration declaration, Invocation invocation, InParallel parallel) {
        if (invocation.list()) {
            throw new InvalidHandlerException(method, "a method that takes a List cannot be @InParallel");
        }
        EventFunction function = EventFunction.of(name, invocation::handle)
                .concurrency(number(method, "concurrency", parallel.concurrency(), 1));
        List<String> columns = List.of(parallel.orderedBy());
        if (columns.isEmpty()) {
            return function;
        }
        if (!declaration.subjects().stream().allMatch(Subject::hasRow)) {
            throw new InvalidHandlerException(method, "orderedBy takes columns of a row");
        }
        return function.orderedBy(orderedBy(columns));
    }

    /** By the text, which is equal for equal values; an array of bytes is equal only to itself. */
    private static Function<Event, List<@Nullable String>> orderedBy(List<String> columns) {
        return event -> {
            Row row = Rows.of(event);
            @Nullable String[] values = columns.stream().map(row::getText).toArray(String[]::new);
            return Arrays.asList(values);
        };
    }

    /** What {@link OnFailure} asks for. */
    private record Failing(Duration timeout, @Nullable Retry retry, FailurePolicy policy) {

        HandlerSpec in(HandlerSpec spec) {
            HandlerSpec tried = spec.timeout(timeout).whenFailing(policy);
            return retry == null ? tried : tried.retry(retry);
        }

        EventFunction in(EventFunction function) {
            EventFunction tried = function.timeout(timeout).whenFailing(policy);
            return retry == null ? tried : tried.retry(retry);
        }
    }

    private Failing failing(Method method) {
        OnFailure onFailure = AnnotatedElementUtils.findMergedAnnotation(method, OnFailure.class);
        if (onFailure == null) {
            return new Failing(Duration.ofMinutes(1), null, FailurePolicy.stop());
        }
        int retries = number(method, "retries", onFailure.retries(), 0);
        Duration backoff = duration(method, "backoff", onFailure.backoff());
        return new Failing(
                duration(method, "timeout", onFailure.timeout()),
                retries == 0 ? null : Retry.backoff(retries, backoff),
                policy(method, resolved(onFailure.deadLetters())));
    }

    private FailurePolicy policy(Method method, String deadLetters) {
        if (deadLetters.isEmpty()) {
            return FailurePolicy.stop();
        }
        if (!beans.containsBean(deadLetters) || !beans.isTypeMatch(deadLetters, DeadLetters.class)) {
            throw new InvalidHandlerException(
                    method,
                    "there is no DeadLetters bean \"%s\"; there are %s"
                            .formatted(deadLetters, Set.of(beans.getBeanNamesForType(DeadLetters.class, true, false))));
        }
        return FailurePolicy.deadLetter(
                failed -> beans.getBean(deadLetters, DeadLetters.class).take(failed));
    }

    private int number(Method method, String attribute, String text, int least) {
        try {
            int value = Integer.parseInt(resolved(text).strip());
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new InvalidHandlerException(
                method, "%s must be a number of at least %d, was \"%s\"".formatted(attribute, least, resolved(text)));
    }

    private Duration duration(Method method, String attribute, String text) {
        try {
            Duration value = DurationStyle.detectAndParse(resolved(text));
            if (!value.isZero() && !value.isNegative()) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new InvalidHandlerException(
                method, "%s must be a duration such as 1s, was \"%s\"".formatted(attribute, resolved(text)));
    }
}
