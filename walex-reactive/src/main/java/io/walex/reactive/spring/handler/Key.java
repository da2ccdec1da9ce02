package io.walex.reactive.spring.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A parameter that takes a column of the row's key as it was before the change: from the old row where it came along, else
 * from the new one, whose key is the same then. A column that neither row holds fails the call.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Key {

    /** The column's name; by default the parameter's, which takes code compiled with {@code -parameters}. */
    String value() default "";
}
