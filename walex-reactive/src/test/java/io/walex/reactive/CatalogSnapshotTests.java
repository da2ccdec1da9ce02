package io.walex.reactive;

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
        assertThat(CatalogSnapshot.parse(snapshot).isAfter(xid)).isEqualTo(ended);
    }

    @ParameterizedTest
    @CsvSource({"0", "5", "-5"})
    void withoutASnapshotNoneHadEnded(int xid) {
        assertThat(CatalogSnapshot.NONE.isAfter(xid)).isFalse();
    }
}
