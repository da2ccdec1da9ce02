package io.walex.reactive.snapshot;

/** Half open range of tuple ids, page &lt;&lt; 16 | offset; to == Long.MAX_VALUE: open ended. */
record TidRange(long from, long to) {}
