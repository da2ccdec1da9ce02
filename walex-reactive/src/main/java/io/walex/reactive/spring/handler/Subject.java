package io.walex.reactive.spring.handler;

import io.walex.reactive.event.EventType;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.HandlerSpec;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an annotation asks for, and how that is said to the registry. */
enum Subject {
    INSERT(OnInsert.class, EventType.INSERT, HandlerRegistry::onInsert, HandlerRegistry::onInsert),
    UPDATE(OnUpdate.class, EventType.UPDATE, HandlerRegistry::onUpdate, HandlerRegistry::onUpdate),
    DELETE(OnDelete.class, EventType.DELETE, HandlerRegistry::onDelete, HandlerRegistry::onDelete),
    READ(OnRead.class, EventType.READ, HandlerRegistry::onRead, HandlerRegistry::onRead),
    TRUNCATE(OnTruncate.class, EventType.TRUNCATE, HandlerRegistry::onTruncate, HandlerRegistry::onTruncate),
    MESSAGE(OnMessage.class, EventType.MESSAGE, HandlerRegistry::onMessage, HandlerRegistry::onMessage),
    EVENT(OnEvent.class, null, HandlerRegistry::onEvent, HandlerRegistry::onEvent);

    private static final Set<Subject> WITH_ROW = EnumSet.of(INSERT, UPDATE, DELETE, READ);

    static final Set<Class<? extends Annotation>> ANNOTATIONS =
            Arrays.stream(values()).map(Subject::annotation).collect(Collectors.toUnmodifiableSet());

    private final Class<? extends Annotation> annotation;
    private final @Nullable EventType type;
    private final InOrder inOrder;
    private final InParallel inParallel;

    Subject(Class<? extends Annotation> annotation, @Nullable EventType type, InOrder inOrder, InParallel inParallel) {
        this.annotation = annotation;
        this.type = type;
        this.inOrder = inOrder;
        this.inParallel = inParallel;
    }

    /** Registers a handler. */
    @FunctionalInterface
    private interface InOrder {
        Object register(HandlerRegistry<?> on, String name, HandlerSpec spec, EventHandler handler);
    }

    /** Registers the functions of a spec. */
    @FunctionalInterface
    private interface InParallel {
        Object register(HandlerRegistry<?> on, String name, HandlerSpec spec);
    }

    Class<? extends Annotation> annotation() {
        return annotation;
    }

    /** Null when it is any. */
    @Nullable
    EventType type() {
        return type;
    }

    boolean hasRow() {
        return WITH_ROW.contains(this);
    }

    /** Registers the handler, or without one the functions of the spec. */
    void register(HandlerRegistry<?> on, String name, HandlerSpec spec, @Nullable EventHandler handler) {
        if (handler == null) {
            inParallel.register(on, name, spec);
        } else {
            inOrder.register(on, name, spec, handler);
        }
    }

    @Override
    public String toString() {
        return "@" + annotation.getSimpleName();
    }
}
