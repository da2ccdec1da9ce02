package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class TidRangeTests {

    private static TidRange range(long from, long fromRow, long to, long toRow) {
        return new TidRange(from << 16 | fromRow, to << 16 | toRow);
    }

    private static TidRange from(long page, long row) {
        return new TidRange(page << 16 | row, Long.MAX_VALUE);
    }

    @Test
    void aHeapIsReadInEqualRangesAndOneWithoutEnd() {
        assertThat(TidRange.pages(10, 4)).containsExactly(range(0, 0, 4, 0), range(4, 0, 8, 0), from(8, 0));
        assertThat(TidRange.pages(8, 4)).containsExactly(range(0, 0, 4, 0), from(4, 0));
        assertThat(TidRange.pages(0, 4)).containsExactly(from(0, 0));
    }

    @Test
    void theLargestHeapHasRanges() {
        long pages = 0xFFFF_FFFEL;

        assertThat(TidRange.pages(pages, Integer.MAX_VALUE))
                .containsExactly(range(0, 0, Integer.MAX_VALUE, 0), from(Integer.MAX_VALUE, 0));
    }

    @Test
    void isCutBetweenPages() {
        assertThat(range(4, 0, 8, 0).halves()).containsExactly(range(4, 0, 6, 0), range(6, 0, 8, 0));
        assertThat(range(4, 7, 6, 9).halves()).containsExactly(range(4, 7, 6, 0), range(6, 0, 6, 9));
        assertThat(range(4, 7, 5, 9).halves()).containsExactly(range(4, 7, 5, 0), range(5, 0, 5, 9));
    }

    @Test
    void aPageIsCutBetweenItsRows() {
        assertThat(range(4, 0, 5, 0).halves()).containsExactly(range(4, 0, 4, 256), range(4, 256, 5, 0));
        assertThat(range(4, 10, 4, 12).halves()).containsExactly(range(4, 10, 4, 11), range(4, 11, 4, 12));
    }

    @Test
    void whatHasNoEndIsCutBehindAsMuchAsAChunk() {
        assertThat(from(8, 0).halves()).containsExactly(range(8, 0, 264, 0), from(264, 0));
    }

    @Test
    void oneRowCannotBeCut() {
        TidRange row = range(4, 10, 4, 11);

        assertThat(row.isSingle()).isTrue();
        assertThatIllegalStateException().isThrownBy(row::halves);
        assertThatIllegalArgumentException().isThrownBy(() -> new TidRange(5, 5));
    }

    /** Each cut leaves nothing out, and comes to single rows in the end. */
    @Test
    void halvesAreTheWhole() {
        Deque<TidRange> left = new ArrayDeque<>(List.of(range(3, 5, 5, 2000)));
        long next = left.getFirst().from();
        while (!left.isEmpty()) {
            TidRange range = left.removeFirst();
            assertThat(range.from()).isEqualTo(next);
            if (range.isSingle()) {
                next = range.to();
            } else {
                List<TidRange> halves = range.halves();
                left.addFirst(halves.get(1));
                left.addFirst(halves.get(0));
            }
        }
        assertThat(next).isEqualTo(5L << 16 | 2000);
    }
}
