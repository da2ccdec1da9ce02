package io.walex.reactive.snapshot;

/** A half open range of tuple ids, page and offset: {@code page << 16 | offset}. */
record TidRange(long from, long to) {}
