package io.walex.reactive.handler;

/**
 * A class that groups handlers: WalEx's module.
 *
 * <pre>{@code
 * final class UserEvents implements HandlerModule {
 *     public void register(HandlerRegistry<?> on) {
 *         on.onInsert("user", this::welcome).onDelete("user", this::forget);
 *     }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface HandlerModule {

    /** Registers the handlers; called once each time the module is added. */
    void register(HandlerRegistry<?> on);
}
