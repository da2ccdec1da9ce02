package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How often a method is tried, and what becomes of events that keep failing. Without it, the first failure stops the run: the
 * transaction is not acknowledged, and comes again at the next start.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnFailure {

    /** How often a failed call is repeated, with the same events. May be a {@code ${...}} placeholder. */
    String retries() default "0";

    /** How long to wait before the first repetition, such as {@code 1s}; doubles each time. May be a placeholder. */
    String backoff() default "1s";

    /** How long one call may take before it counts as failed. May be a placeholder. */
    String timeout() default "1m";

    /** The name of a {@link DeadLetters} bean that takes over events that keep failing; without one, they stop the run. */
    String deadLetters() default "";
}
