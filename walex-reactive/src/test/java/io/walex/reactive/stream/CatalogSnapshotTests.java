package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogSnapshotTests {

    /** Ids are 64 bits in a snapshot, 32 in a stream: the second line's are of the second round. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            700:710:700,705                | 699         | true
            700:710:700,705                | 700         | false
            700:710:700,705                | 704         | true
            700:710:700,705                | 705         | false
            700:710:                       | 709         | true
            700:710:                       | 710         | false
            700:710:                       | 2000000000  | false
            4294967396:4294967400:4294967396 | 100       | false
            4294967396:4294967400:4294967396 | 99        | true
            4294967396:4294967400:4294967396 | 104       | false
            4294967396:4294967400:4294967396 | -5        | true
            """)
    void knowsWhichTransactionsHadEnded(String snapshot, int xid, boolean ended) {
        assertThat(CatalogSnapshot.parse(snapshot, false).isAfter(xid)).isEqualTo(ended);
    }

    /** A standby lists no running transactions. */
    @ParameterizedTest
    @CsvSource({"754, true", "755, false", "756, false", "757, false", "758, false"})
    void knowsOnAStandbyOnlyWhatEndedBeforeTheOldestThatRuns(int xid, boolean ended) {
        assertThat(CatalogSnapshot.parse("755:758:", true).isAfter(xid)).isEqualTo(ended);
    }

    /** Half a round of ids after a snapshot, the next would seem to have ended before it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            700:710:     | 699         | false
            700:710:     | 711         | false
            700:710:     | 1073742534  | false
            700:710:     | 1073742535  | true
            700:710:     | 2000000000  | true
            4000000000:4000000000: | -294967296  | false
            4000000000:4000000000: | 800000000   | true
            """)
    void knowsWhenItIsTooOld(String snapshot, int xid, boolean tooOld) {
        assertThat(CatalogSnapshot.parse(snapshot, false).isLongBefore(xid)).isEqualTo(tooOld);
    }

    @ParameterizedTest
    @CsvSource({"0", "5", "-5", "2000000000"})
    void isNeverTooOldWithoutASnapshot(int xid) {
        assertThat(CatalogSnapshot.NONE.isLongBefore(xid)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0", "5", "-5"})
    void withoutASnapshotNoneHadEnded(int xid) {
        assertThat(CatalogSnapshot.NONE.isAfter(xid)).isFalse();
    }
}
