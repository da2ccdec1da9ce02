/** Column bytes to Java values, and the types that users add. */
@NullMarked
package io.walex.reactive.codec;

import org.jspecify.annotations.NullMarked;
