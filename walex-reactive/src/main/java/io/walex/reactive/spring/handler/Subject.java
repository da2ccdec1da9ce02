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
    INSERT(OnInsert.class, EventType.INSERT),
    UPDATE(OnUpdate.class, EventType.UPDATE),
    DELETE(OnDelete.class, EventType.DELETE),
    READ(OnRead.class, EventType.READ),
    TRUNCATE(OnTruncate.class, EventType.TRUNCATE),
    MESSAGE(OnMessage.class, EventType.MESSAGE),
    EVENT(OnEvent.class, null);

    private static final Set<Subject> WITH_ROW = EnumSet.of(INSERT, UPDATE, DELETE, READ);

    static final Set<Class<? extends Annotation>> ANNOTATIONS =
            Arrays.stream(values()).map(Subject::annotation).collect(Collectors.toUnmodifiableSet());

    private final Class<? extends Annotation> annotation;
    private final @Nullable EventType type;

    Subject(Class<? extends Annotation> annotation, @Nullable EventType type) {
        this.annotation = annotation;
        this.type = type;
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
            register(on, name, spec);
        } else {
            registerInOrder(on, name, spec, handler);
        }
    }

    private void registerInOrder(HandlerRegistry<?> on, String name, HandlerSpec spec, EventHandler handler) {
        switch (this) {
            case INSERT -> on.onInsert(name, spec, handler);
            case UPDATE -> on.onUpdate(name, spec, handler);
            case DELETE -> on.onDelete(name, spec, handler);
            case READ -> on.onRead(name, spec, handler);
            case TRUNCATE -> on.onTruncate(name, spec, handler);
            case MESSAGE -> on.onMessage(name, spec, handler);
            case EVENT -> on.onEvent(name, spec, handler);
        }
    }

    private void register(HandlerRegistry<?> on, String name, HandlerSpec spec) {
        switch (this) {
            case INSERT -> on.onInsert(name, spec);
            case UPDATE -> on.onUpdate(name, spec);
            case DELETE -> on.onDelete(name, spec);
            case READ -> on.onRead(name, spec);
            case TRUNCATE -> on.onTruncate(name, spec);
            case MESSAGE -> on.onMessage(name, spec);
            case EVENT -> on.onEvent(name, spec);
        }
    }

    @Override
    public String toString() {
        return "@" + annotation.getSimpleName();
    }
}
