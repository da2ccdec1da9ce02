package io.walex.reactive.spring.handler;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

/** An annotated method cannot be called with events. */
public final class InvalidHandlerException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private static final String ALLOWED = """
            A handler method takes, in any order and number:
              Event, Position                        any annotation
              a record or class, Row, RowChange<T>,
              @Column("name"), @Key("name")          @OnInsert, @OnUpdate, @OnDelete, @OnRead
              String, byte[], LogicalMessage         @OnMessage
              Truncation                             @OnTruncate
            or one List of one of these but @Column and @Key, for all events of a transaction.
            It returns void (it may block), a Publisher (Mono, Flux) or a CompletionStage.""";

    InvalidHandlerException(Method method, String reason) {
        super("%s: %s".formatted(describe(method), reason));
    }

    /** What methods may look like. */
    public static String allowed() {
        return ALLOWED;
    }

    static String describe(Method method) {
        String parameters = Arrays.stream(method.getGenericParameterTypes())
                .map(type -> type.getTypeName().replaceAll("[\\w$]+\\.", ""))
                .collect(Collectors.joining(", "));
        return "%s.%s(%s)".formatted(method.getDeclaringClass().getSimpleName(), method.getName(), parameters);
    }
}
