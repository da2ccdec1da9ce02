/** What can go wrong: one exception for each decision that a caller makes. */
@NullMarked
package io.walex.reactive.error;

import org.jspecify.annotations.NullMarked;
