package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * A method that handles the deletes of a table. The row is the old one, of which a table without {@code REPLICA IDENTITY FULL}
 * gives only the key. {@link WalExHandlers} says which parameters and return types the method may have.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnDelete {

    /** The same as {@link #table}. */
    @AliasFor("table")
    String value() default "";

    /**
     * The table, as {@code walex.subscribe} names it: {@code user}, {@code sales.order}, {@code sales.*}. By default that of
     * {@link WalExHandlers}, else the name of the payload's type in snake case. May hold {@code ${...}} placeholders.
     */
    @AliasFor("value")
    String table() default "";
}
