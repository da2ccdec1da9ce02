package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that works on several events at a time, as an {@link io.walex.reactive.handler.EventFunction} does: in no order,
 * unless {@link #orderedBy} gives one.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface InParallel {

    /** How many events at a time. May be a {@code ${...}} placeholder. */
    String concurrency() default "16";

    /**
     * Columns: events with equal values of them run one at a time, in commit order. The values are those of the new row, or of
     * the old row of a delete.
     */
    String[] orderedBy() default {};
}
