package io.walex.reactive.handler.convention;

import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import reactor.core.publisher.Mono;

/** Found by its name. */
public final class TodoItem implements HandlerModule {

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onInsert("todo_item", events -> Mono.empty());
    }
}
