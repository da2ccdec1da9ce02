package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.stereotype.Component;

/**
 * A component whose annotated methods handle changes. Methods of any other bean do as well; this gives them a table.
 *
 * <pre>{@code
 * @WalExHandlers(table = "user")
 * class UserEvents {
 *     @OnInsert Mono<Void> welcome(User user) {...}
 *     @OnUpdate(changed = "email") void sync(RowChange<User> change) {...}
 *     @OnDelete void forget(@Key("id") long id) {...}
 * }
 * }</pre>
 *
 * <p>A method is one handler of {@link io.walex.reactive.handler.Handlers}. It is called on a thread that may block, one call
 * at a time, in commit order; with {@link InParallel} several at a time. A transaction is acknowledged when all methods are
 * done with it. Several methods of one table all run. A method with several annotations of one table gets their events in
 * order.
 *
 * <p>A parameter is one of these. A method takes any number of the first group, or one {@code List} of any of them but
 * {@link Column} and {@link Key}, for all events of a transaction, or as many as {@code walex.handlers.chunk-size} says.
 *
 * <ul>
 *   <li>{@link io.walex.reactive.event.Event}, {@link io.walex.reactive.event.Position};
 *   <li>where there is a row ({@link OnInsert}, {@link OnUpdate}, {@link OnDelete}, {@link OnRead}): a record or class that
 *       the row is {@linkplain io.walex.reactive.event.Row#as mapped} onto, {@link io.walex.reactive.event.Row}, {@link
 *       RowChange}, {@link Column}, {@link Key};
 *   <li>of {@link OnMessage}: {@code String} or {@code byte[]}, the content, and {@link
 *       io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage};
 *   <li>of {@link OnTruncate}: {@link io.walex.reactive.event.Truncation}.
 * </ul>
 *
 * <p>It returns void, in which case it may block; a {@link org.reactivestreams.Publisher}; or a {@link
 * java.util.concurrent.CompletionStage}. The event is done with when that completes. What it emits is ignored. A method of
 * another form fails the start.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Component
public @interface WalExHandlers {

    /** The table of methods that name none. May hold {@code ${...}} placeholders. */
    String table() default "";
}
