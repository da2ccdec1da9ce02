package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Event;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls a bean's method with events.
 *
 * @param arguments one for each parameter; with {@code list}, one for the elements
 * @param list whether a call takes all events
 */
record Invocation(Supplier<Object> bean, Method method, List<Argument> arguments, boolean list) {

    /**
     * Finds out how a method is called.
     *
     * @throws InvalidHandlerException when its form is none of those that {@link WalExHandlers} names
     */
    static Invocation of(Supplier<Object> bean, Method method, Set<Subject> subjects) {
        requireResult(method);
        Parameter[] parameters = method.getParameters();
        for (Parameter parameter : parameters) {
            if (parameter.getType() == List.class) {
                return ofList(bean, method, subjects);
            }
        }
        List<Argument> arguments = Arrays.stream(parameters)
                .map(parameter -> Argument.of(method, parameter, subjects))
                .toList();
        return new Invocation(bean, method, arguments, false);
    }

    private static Invocation ofList(Supplier<Object> bean, Method method, Set<Subject> subjects) {
        if (method.getParameterCount() != 1) {
            throw new InvalidHandlerException(method, "a List is the only parameter of its method");
        }
        Argument element = Argument.of(method, Argument.element(method.getGenericParameterTypes()[0]), subjects);
        return new Invocation(bean, method, List.of(element), true);
    }

    private static void requireResult(Method method) {
        Class<?> type = method.getReturnType();
        if (type != void.class
                && !Publisher.class.isAssignableFrom(type)
                && !CompletionStage.class.isAssignableFrom(type)) {
            throw new InvalidHandlerException(
                    method,
                    "it returns %s, of which nothing says when the events are done with"
                            .formatted(type.getSimpleName()));
        }
    }

    /** Calls it with all events, or with one after the other. */
    Publisher<?> handle(List<Event> events) {
        if (list) {
            return call(events.stream().map(arguments.get(0)::of).toArray());
        }
        return Flux.fromIterable(events).concatMap(this::handle, 0);
    }

    /** Calls it with one event. */
    Publisher<?> handle(Event event) {
        @Nullable
        Object[] values = arguments.stream().map(argument -> argument.of(event)).toArray();
        return invoke(values);
    }

    private Publisher<?> call(@Nullable Object[] elements) {
        return invoke(new @Nullable Object[] {Arrays.asList(elements)});
    }

    private Publisher<?> invoke(@Nullable Object[] values) {
        Object target = bean.get();
        Method callable = AopUtils.selectInvocableMethod(method, target.getClass());
        ReflectionUtils.makeAccessible(callable);
        try {
            return result(callable.invoke(target, values));
        } catch (InvocationTargetException e) {
            throw Exceptions.propagate(e.getTargetException());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Publisher<?> result(@Nullable Object result) {
        if (method.getReturnType() == void.class) {
            return Mono.empty();
        }
        if (result == null) {
            throw new IllegalStateException(
                    "it returned null; return Mono.empty() or a completed stage when there is nothing to wait for");
        }
        return result instanceof CompletionStage<?> stage ? Mono.fromCompletionStage(stage) : (Publisher<?>) result;
    }
}
