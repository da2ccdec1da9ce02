package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.walex.reactive.snapshot.GatedChunks.Arrival;
import io.walex.reactive.snapshot.GatedChunks.Chunk;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that the subscriber was not given whole. */
class RepairListTests {

    private static final Visibility ALL = new PrimaryVisibility(10, 10, Set.of(), 1000);

    private final GatedChunks<String, String> merge =
            new GatedChunks<>((newer, older) -> newer + older.substring(newer.length()), String::length);

    @BeforeEach
    void streamIsThere() {
        merge.reached(1000);
    }

    private Chunk read() {
        Chunk chunk = merge.open();
        assertThat(merge.arrived(chunk, ALL)).isEqualTo(Arrival.USABLE);
        return chunk;
    }

    @Test
    void hasRowsOfWhichColumnsWereLeftOut() {
        merge.upsert("a", "1", false);
        merge.upsert("b", "1x", true);
        merge.rekey("c", "d", "1", false);
        merge.rekey("e", "f", "1x", true);
        merge.upsert("a", "2", false);

        assertThat(merge.repairList()).containsExactly("a", "d");
        assertThat(merge.repairsToRead(1)).containsExactly("a");
        assertThat(merge.repairs()).isEqualTo(2);
        assertThat(merge.repairsAdded()).isEqualTo(2);
    }

    @Test
    void losesRowsThatAreGivenWholeOrAreGone() {
        List.of("updated", "deleted", "moved", "read", "stays").forEach(key -> merge.upsert(key, "1", false));

        merge.upsert("updated", "2x", true);
        merge.delete("deleted");
        merge.rekey("moved", "there", "2x", true);
        merge.take(read(), "read", "1x");

        assertThat(merge.repairList()).containsExactly("stays");
    }

    @Test
    void rowsThatMoveAreStillToBeRepaired() {
        merge.upsert("a", "1", false);
        merge.rangesDone();
        long added = merge.repairsAdded();

        merge.rekey("a", "b", "2", false);

        assertThat(merge.repairList()).containsExactly("b");
        assertThat(merge.repairsAdded()).isEqualTo(added + 1);
    }

    @Test
    void onlyShrinksWhenAllRangesWereRead() {
        merge.upsert("a", "1", false);
        merge.rangesDone();

        merge.upsert("b", "1", false);
        merge.rekey("c", "d", "1", false);

        assertThat(merge.repairList()).containsExactly("a");
    }

    @Test
    void rowsThatAreKnownToBeWholeAreWholeUnderAnotherKey() {
        merge.open();
        merge.upsert("a", "1x", true);

        merge.rekey("a", "b", "2", false);
        merge.upsert("b", "3", false);

        assertThat(merge.repairs()).isZero();
    }

    /** Without an end to its changes, and each leaves out a column. */
    @Test
    void rowsThatChangeAllTheTimeAreRepairedByOneChunk() {
        Chunk range = merge.open();
        merge.upsert("hot", "1", false);
        merge.discard(range);
        merge.rangesDone();

        Chunk repair = merge.open();
        merge.upsert("hot", "2", false);
        merge.arrived(repair, ALL);
        merge.upsert("hot", "3", false);

        assertThat(merge.take(repair, "hot", "2x")).isEqualTo("3x");
        merge.repaired(repair, List.of("hot"));
        merge.done(repair);
        merge.upsert("hot", "4", false);
        assertThat(merge.repairs()).isZero();
    }

    @Test
    void rowsThatAreNotFoundAreGone() {
        merge.upsert("a", "1", false);
        Chunk repair = read();
        merge.upsert("a", "2", false);

        merge.repaired(repair, List.of("a"));

        assertThat(merge.repairs()).isZero();
    }

    @Test
    void rowsThatHaveTheKeySinceStayOnTheList() {
        merge.upsert("a", "1", false);
        merge.upsert("b", "1", false);
        Chunk repair = read();
        merge.rekey("b", "c", "2", false);
        merge.delete("a");
        merge.rekey("c", "a", "3", false);

        assertThat(merge.take(repair, "a", "1x")).isNull();
        merge.repaired(repair, List.of("a", "b"));

        assertThat(merge.repairList()).containsExactly("a");
    }

    @Test
    void aChunkThatIsVoidRepairsNothing() {
        merge.upsert("a", "1", false);
        Chunk repair = read();
        merge.reshaped();

        assertThatIllegalStateException().isThrownBy(() -> merge.repaired(repair, List.of("a")));
        assertThat(merge.repairList()).containsExactly("a");
    }

    @Test
    void goesOnWithTheListOfAnEarlierProcess() {
        merge.restore(List.of("a", "b"));
        merge.rangesDone();

        merge.rekey("a", "c", "1", false);

        assertThat(merge.repairList()).containsExactly("b", "c");
    }
}
