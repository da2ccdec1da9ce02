package io.walex.reactive.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * A half open range of tuple ids, each a page and a row's place in it: {@code page << 16 | offset}.
 *
 * @param to the first that is not in it; {@code Long.MAX_VALUE} for no end
 */
record TidRange(long from, long to) {

    static final int OFFSET_BITS = 16;

    /** What a range without end is cut into: 2 MiB of pages as most servers have them. */
    private static final int PAGES_OF_A_CUT = 256;

    /** More rows than a page as most servers have them can hold. */
    private static final int ROWS_OF_A_PAGE = 512;

    TidRange {
        if (from < 0 || from >= to) {
            throw new IllegalArgumentException("No tuple id is from " + from + " and before " + to);
        }
    }

    /** All of a heap. The last range has no end, for rows that have come since its pages were counted. */
    static List<TidRange> pages(long pages, int perChunk) {
        List<TidRange> ranges = new ArrayList<>();
        long page = 0;
        for (; page + perChunk < pages; page += perChunk) {
            ranges.add(new TidRange(firstOf(page), firstOf(page + perChunk)));
        }
        ranges.add(new TidRange(firstOf(page), Long.MAX_VALUE));
        return ranges;
    }

    /** The pages from one to before another. */
    static TidRange ofPages(long from, long to) {
        return new TidRange(firstOf(from), firstOf(to));
    }

    /**
     * Ranges that cover these pages.
     *
     * @param pages in their order
     * @param near how far two may be apart to be in one range
     */
    static List<TidRange> ofPages(long[] pages, int near) {
        List<TidRange> ranges = new ArrayList<>();
        for (int i = 0; i < pages.length; ) {
            int first = i++;
            while (i < pages.length && pages[i] - pages[i - 1] <= near) {
                i++;
            }
            ranges.add(ofPages(pages[first], pages[i - 1] + 1));
        }
        return ranges;
    }

    /** How many pages it covers, or covers in part. */
    long pages() {
        return (to - 1 >> OFFSET_BITS) - (from >> OFFSET_BITS) + 1;
    }

    private static long firstOf(long page) {
        return page << OFFSET_BITS;
    }

    /** Whether it cannot be cut. */
    boolean isSingle() {
        return to - from == 1;
    }

    /**
     * Two ranges that are this one together: cut between pages if it has some, else between rows. A range without end is cut
     * behind as many pages as a chunk has.
     */
    List<TidRange> halves() {
        if (isSingle()) {
            throw new IllegalStateException("One tuple id has no halves");
        }
        long middle = middle();
        return List.of(new TidRange(from, middle), new TidRange(middle, to));
    }

    private long middle() {
        long page = from >> OFFSET_BITS;
        if (to == Long.MAX_VALUE) {
            return firstOf(page + PAGES_OF_A_CUT);
        }
        long pages = (to - 1 >> OFFSET_BITS) - page + 1;
        if (pages > 1) {
            return firstOf(page + (pages + 1) / 2);
        }
        return from + Math.min(to - from, ROWS_OF_A_PAGE) / 2;
    }
}
