/** Measurements, and how they are written down. */
@NullMarked
package io.walex.reactive.benchmarks.report;

import org.jspecify.annotations.NullMarked;
