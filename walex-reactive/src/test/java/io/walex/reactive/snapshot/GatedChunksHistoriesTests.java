package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.snapshot.SnapshotHistory.Variant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random snapshots under changes. In each, no row is emitted as it was before a change that the subscriber has, at each commit
 * what the subscriber has is the table's, and after the snapshot that is all of the table.
 *
 * <p>{@code -Dwalex.snapshot.histories=20000} tries more of them, {@code -Dwalex.snapshot.seed=...} others.
 */
class GatedChunksHistoriesTests {

    private static final long SEED = Long.getLong("walex.snapshot.seed", 1);
    private static final long HISTORIES = Long.getLong("walex.snapshot.histories", 2_000);

    private static LongStream seeds() {
        return LongStream.range(SEED, SEED + HISTORIES);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "NO_SKEW,",
        "RESTARTS,",
        "STANDBY,",
        "STANDBY, RESTARTS",
        "TIGHT_MEMORY,",
        "TIGHT_MEMORY, STANDBY",
        "TIGHT_MEMORY, RESTARTS"
    })
    void rowsAreThoseOfTheTableAtEachCommit(Variant one, Variant other) {
        Variant[] variants = other == null ? new Variant[] {one} : new Variant[] {one, other};

        assertThat(seeds().filter(seed ->
                        !SnapshotHistory.of(seed, variants).run().isExact()))
                .isEmpty();
    }

    @Test
    void rowsAreThoseOfTheTableAtEachCommit() {
        assertThat(seeds().filter(seed -> !SnapshotHistory.of(seed).run().isExact()))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"WITHOUT_GUARD", "WITHOUT_START_GUARD", "WITHOUT_STRIKE", "LSN_WATERMARKS"})
    void eachOfTheMeansIsNeededAgainstStaleRows(Variant without) {
        assertThat(seeds().filter(
                                seed -> SnapshotHistory.of(seed, without).run().staleRead()))
                .hasSizeGreaterThan((int) HISTORIES / 100);
        assertThat(seeds().filter(
                                seed -> SnapshotHistory.of(seed, without).run().wrongState()))
                .hasSizeGreaterThan((int) HISTORIES / 100);
    }

    @Test
    void restartsNeedTheStartGuard() {
        assertThat(seeds().filter(seed -> SnapshotHistory.of(seed, Variant.RESTARTS, Variant.WITHOUT_START_GUARD)
                        .run()
                        .wrongState()))
                .hasSizeGreaterThan((int) HISTORIES / 100);
    }

    @Test
    void standbysNeedTheGuard() {
        assertThat(seeds().filter(seed -> SnapshotHistory.of(seed, Variant.STANDBY, Variant.WITHOUT_GUARD)
                        .run()
                        .wrongState()))
                .hasSizeGreaterThan((int) HISTORIES / 100);
    }

    @Test
    void rowsAreIncompleteWithoutRepair() {
        assertThat(seeds().filter(seed ->
                        SnapshotHistory.of(seed, Variant.WITHOUT_REPAIR).run().wrongState()))
                .hasSizeGreaterThan((int) HISTORIES / 100);
        assertThat(seeds().filter(seed ->
                        SnapshotHistory.of(seed, Variant.WITHOUT_REPAIR).run().staleRead()))
                .isEmpty();
    }

    /** As others do it: right as long as a commit is visible when it is in the WAL. */
    @Test
    void logWatermarksAreExactWithoutSkewOnly() {
        assertThat(seeds().filter(seed -> !SnapshotHistory.of(seed, Variant.LSN_WATERMARKS, Variant.NO_SKEW)
                        .run()
                        .isExact()))
                .isEmpty();
    }
}
