package io.walex.reactive.snapshot;

/**
 * The pages that hold rows of a condition.
 *
 * @param visibility of which transactions' rows
 * @param filenode as it was under the lock
 * @param pages from the first to the last
 */
record ListedPages(Visibility visibility, long filenode, long[] pages) {}
