package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A parameter that takes a column: of the new row, or of the old one of a delete. Null for SQL NULL.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Column {

    /** The column's name; by default the parameter's, which takes code compiled with {@code -parameters}. */
    String value() default "";
}
