/** Measures what a row costs. */
@NullMarked
package io.walex.reactive.benchmarks;

import org.jspecify.annotations.NullMarked;
