/** The readers that are compared, each run in a process of its own. */
@NullMarked
package io.walex.reactive.benchmarks.reader;

import org.jspecify.annotations.NullMarked;
