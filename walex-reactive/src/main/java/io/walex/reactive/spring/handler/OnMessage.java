package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * A method that handles logical messages ({@code pg_logical_emit_message}). It takes {@code walex.messages=true}. {@link
 * WalExHandlers} says which parameters and return types it may have.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnMessage {

    /** The same as {@link #prefix}. */
    @AliasFor("prefix")
    String value() default "";

    /** The messages' prefix; {@code "*"} for any. May hold {@code ${...}} placeholders. */
    @AliasFor("value")
    String prefix() default "";
}
