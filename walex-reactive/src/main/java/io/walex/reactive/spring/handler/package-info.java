/**
 * Handlers of changes as annotated methods of Spring beans. {@code AnnotatedHandlers} and {@code InvalidHandlerException} are
 * internal.
 */
@NullMarked
package io.walex.reactive.spring.handler;

import org.jspecify.annotations.NullMarked;
