/**
 * Column bytes to Java values, and the types that users add.
 *
 * <p>{@code Binding}, {@code Conversions}, {@code JsonBytes}, {@code JsonValues} and {@code TypeCatalog} are internal:
 * public only because another package of the library uses them, and subject to change.
 */
@NullMarked
package io.walex.reactive.codec;

import org.jspecify.annotations.NullMarked;
