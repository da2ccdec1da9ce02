package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.walex.reactive.snapshot.GatedChunks.Arrival;
import io.walex.reactive.snapshot.GatedChunks.Chunk;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A row is a word for each column; {@code _} is one that was left out. */
class GatedChunksTests {

    /** Shows the transactions 1 to 9. */
    private static final Visibility NINE = shows(9);

    private final GatedChunks<String, String> merge = new GatedChunks<>(GatedChunksTests::fill, String::length);

    private static String fill(String newer, String older) {
        String[] columns = newer.split(" ");
        String[] olds = older.split(" ");
        for (int i = 0; i < columns.length; i++) {
            columns[i] = columns[i].equals("_") ? olds[i] : columns[i];
        }
        return String.join(" ", columns);
    }

    private static Visibility shows(long lastXid) {
        return new PrimaryVisibility(lastXid + 1, lastXid + 1, Set.of(), 1000);
    }

    private Chunk ready() {
        return ready(merge.open());
    }

    private Chunk ready(Chunk chunk) {
        assertThat(merge.arrived(chunk, NINE)).isEqualTo(Arrival.USABLE);
        merge.reached(1000);
        assertThat(merge.isReady(chunk)).isTrue();
        return chunk;
    }

    @Test
    void emitsRowsAsTheyWereRead() {
        merge.upsert("k", "1 x", true);
        Chunk chunk = ready();

        assertThat(merge.take(chunk, "k", "1 x")).isEqualTo("1 x");
    }

    @Test
    void needsNoKeysWhereNothingHasChangedSinceTheChunkWasOpened() {
        merge.upsert("k", "1 x", true);
        assertThat(merge.isAsRead(ready())).isTrue();
    }

    @Test
    void needsKeysOnceARowHasChangedOrIsToBeRepaired() {
        Chunk chunk = ready();
        merge.upsert("k", "2 y", true);
        assertThat(merge.isAsRead(chunk)).isFalse();
        merge.done(chunk);

        merge.upsert("k", "3 _", false);
        assertThat(merge.isAsRead(ready())).isFalse();
    }

    @Test
    void needsKeysOfWhatWasReadBeforeATruncate() {
        Chunk chunk = ready();
        merge.truncate();

        assertThat(merge.isAsRead(chunk)).isFalse();
        assertThat(merge.isAsRead(ready())).isTrue();
    }

    @Test
    void strikesRowsThatHaveChangedSinceTheChunkWasOpened() {
        Chunk chunk = ready();

        merge.upsert("updated", "2 y", true);
        merge.delete("deleted");
        merge.rekey("moved", "there", "2 y", true);

        assertThat(merge.take(chunk, "updated", "1 x")).isNull();
        assertThat(merge.take(chunk, "deleted", "1 x")).isNull();
        assertThat(merge.take(chunk, "moved", "1 x")).isNull();
        assertThat(merge.take(chunk, "there", "2 y")).isNull();
        assertThat(merge.take(chunk, "other", "1 x")).isEqualTo("1 x");
    }

    @Test
    void strikesRowsThatChangeBetweenTwoSlices() {
        Chunk chunk = ready();
        assertThat(merge.take(chunk, "a", "1 x")).isEqualTo("1 x");

        merge.upsert("b", "2 y", true);

        assertThat(merge.take(chunk, "b", "1 x")).isNull();
    }

    @Test
    void fillsWhatChangesLeftOutFromTheRowThatWasRead() {
        Chunk chunk = merge.open();
        merge.upsert("k", "2 _ _", false);
        merge.upsert("k", "3 y _", false);
        merge.upsert("k", "4 _ _", false);
        ready(chunk);

        assertThat(merge.take(chunk, "k", "1 x z")).isEqualTo("4 y z");
        assertThat(merge.repairs()).isZero();
    }

    /** Whoever applies the changes has all columns already. */
    @Test
    void strikesRowsThatWereInsertedAndThenChanged() {
        Chunk chunk = ready();

        merge.upsert("k", "1 x", true);
        merge.upsert("k", "2 _", false);

        assertThat(merge.take(chunk, "k", "1 x")).isNull();
        assertThat(merge.repairs()).isZero();
    }

    @Test
    void doesNotFillFromAnotherRowThatHadTheKeyBefore() {
        Chunk chunk = ready();

        merge.delete("k");
        merge.rekey("other", "k", "2 _", false);
        merge.upsert("k", "3 _", false);

        assertThat(merge.take(chunk, "k", "1 x")).isNull();
        assertThat(merge.repairList()).containsExactly("k");
    }

    @Test
    void fillsRowsWhoseKeyHadChangedBeforeTheyWereRead() {
        Chunk before = merge.open();
        merge.rekey("other", "k", "2 _", false);
        Chunk behind = ready();
        merge.upsert("k", "3 _", false);

        assertThat(merge.take(behind, "k", "2 x")).isEqualTo("3 x");
        assertThat(merge.repairs()).isZero();
        assertThat(merge.isVoid(before)).isFalse();
    }

    @Test
    void truncateStrikesAll() {
        merge.upsert("k", "1 _", false);
        Chunk chunk = ready();

        merge.truncate();

        assertThat(merge.take(chunk, "k", "1 x")).isNull();
        assertThat(merge.repairs()).isZero();
        assertThat(merge.take(ready(), "k", "2 y")).isEqualTo("2 y");
    }

    @Test
    void isTooEarlyWhenADeliveredTransactionIsNotVisible() {
        merge.begin(10, 100);

        Chunk chunk = merge.open();
        assertThat(merge.arrived(chunk, NINE)).isEqualTo(Arrival.TOO_EARLY);
        assertThat(merge.isVoid(chunk)).isTrue();
        assertThat(merge.arrived(merge.open(), shows(10))).isEqualTo(Arrival.USABLE);
        assertThat(merge.arrived(merge.open(), NINE))
                .as("forgotten, since the server's later snapshots show it too")
                .isEqualTo(Arrival.USABLE);
    }

    @Test
    void isTooEarlyWhenAStandbyDoesNotTell() {
        merge.begin(3, 100);

        assertThat(merge.arrived(merge.open(), new StandbyVisibility(100, 200))).isEqualTo(Arrival.TOO_EARLY);
        assertThat(merge.arrived(merge.open(), new StandbyVisibility(101, 200))).isEqualTo(Arrival.USABLE);
    }

    @Test
    void isTooEarlyWhenOpenedWithinATransactionThatIsNotVisible() {
        merge.begin(10, 100);
        merge.upsert("a", "2 y", true);
        Chunk chunk = merge.open();
        merge.upsert("b", "2 y", true);

        assertThat(merge.arrived(chunk, NINE)).isEqualTo(Arrival.TOO_EARLY);
    }

    @Test
    void isUsableWhenATransactionThatIsNotVisibleBeganLater() {
        Chunk chunk = merge.open();
        merge.begin(10, 100);
        merge.upsert("a", "2 y", true);

        assertThat(merge.arrived(chunk, NINE)).isEqualTo(Arrival.USABLE);
    }

    /** Chunks that are read at the same time arrive in any order. */
    @Test
    void isTooEarlyEvenIfAnotherChunkShowedTheTransactionMeanwhile() {
        merge.begin(10, 100);
        Chunk older = merge.open();
        assertThat(merge.arrived(merge.open(), shows(10))).isEqualTo(Arrival.USABLE);

        assertThat(merge.arrived(older, NINE)).isEqualTo(Arrival.TOO_EARLY);
    }

    @Test
    void transactionsThatAreNotToldApartAnyMoreMustAllBeShown() {
        GatedChunks<String, String> tight = new GatedChunks<>(GatedChunksTests::fill, String::length, 1000, 2);
        for (int xid : new int[] {-2, -1, 5, 4}) {
            tight.begin(xid, 100);
        }
        long epoch = 1L << 32;
        Set<Long> running = Set.of(epoch + 3);

        assertThat(tight.arrived(tight.open(), new PrimaryVisibility(epoch - 3, epoch + 9, Set.of(epoch - 3), 1000)))
                .isEqualTo(Arrival.TOO_EARLY);
        assertThat(tight.arrived(tight.open(), new PrimaryVisibility(epoch + 3, epoch + 9, running, 1000)))
                .isEqualTo(Arrival.USABLE);
    }

    @Test
    void waitsUntilAllThatIsShownWasDelivered() {
        Chunk chunk = merge.open();
        merge.arrived(chunk, new PrimaryVisibility(10, 10, Set.of(), Long.MIN_VALUE + 7));

        merge.reached(Long.MAX_VALUE);
        assertThat(merge.isReady(chunk)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> merge.take(chunk, "k", "1 x"));
        merge.reached(Long.MIN_VALUE + 6);
        assertThat(merge.isReady(chunk)).isFalse();
        chunk.target(Long.MIN_VALUE + 6);
        assertThat(merge.isReady(chunk)).isTrue();
        chunk.target(Long.MIN_VALUE + 7);
        assertThat(merge.isReady(chunk)).isFalse();
        merge.reached(-1);
        assertThat(merge.isReady(chunk)).isTrue();
    }

    @Test
    void anotherShapeMakesAllChunksVoid() {
        Chunk read = ready();
        Chunk unread = merge.open();
        merge.upsert("k", "2 _", false);

        merge.reshaped();

        assertThat(merge.isVoid(read)).isTrue();
        assertThat(merge.isReady(read)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> merge.take(read, "k", "1 x"));
        assertThat(merge.arrived(unread, NINE)).isEqualTo(Arrival.VOID);
        assertThat(merge.repairList()).containsExactly("k");
        assertThat(merge.take(ready(), "k", "2 x z")).isEqualTo("2 x z");
    }

    /** They show the change of the older shape, since who altered the table has waited for it. */
    @Test
    void rowsOfAShapeThatTheStreamHasNotToldAreEmittedAsTheyWereRead() {
        Chunk chunk = merge.open();
        merge.upsert("k", "2 _", false);
        ready(chunk);
        chunk.shapedAnew();

        assertThat(merge.take(chunk, "k", "2 x new")).isEqualTo("2 x new");
        assertThat(merge.repairs()).isZero();
    }

    @Test
    void tooManyChangesMakeTheOldestChunkVoid() {
        GatedChunks<String, String> tight =
                new GatedChunks<>(GatedChunksTests::fill, String::length, 2 * ChangedRows.ROW_BYTES, 10);
        Chunk oldest = tight.open();
        tight.delete("a");
        tight.delete("b");
        tight.delete("b");
        Chunk next = tight.open();
        assertThat(tight.isVoid(oldest)).isFalse();

        tight.delete("c");

        assertThat(tight.isVoid(oldest)).isTrue();
        assertThat(tight.isVoid(next)).isFalse();
        tight.arrived(next, NINE);
        tight.reached(1000);
        assertThat(tight.take(next, "c", "1 x")).isNull();
        assertThat(tight.take(next, "a", "1 x")).isEqualTo("1 x");
    }

    @Test
    void changesAreCountedByTheirSize() {
        GatedChunks<String, String> tight = new GatedChunks<>(GatedChunksTests::fill, String::length, 502, 10);
        Chunk chunk = tight.open();
        for (int i = 0; i < 100; i++) {
            tight.upsert("k", "2".repeat(300) + " _", false);
        }
        tight.arrived(chunk, NINE);
        tight.reached(1000);
        assertThat(tight.take(chunk, "k", "1 x")).isEqualTo("2".repeat(300) + " x");

        tight.upsert("l", "2".repeat(100) + " _", false);
        assertThat(tight.isVoid(chunk)).as("the first row is the subscriber's").isFalse();
        tight.upsert("l", "2".repeat(101) + " _", false);

        assertThat(tight.isVoid(chunk)).isTrue();
    }

    @Test
    void rowsWithoutAKeyAreOfUseOnlyIfTheyShowEachChange() {
        Chunk older = merge.open();
        Chunk read = ready();
        Chunk newer = merge.open();

        merge.begin(9, 100);
        merge.touched();
        merge.touched();
        assertThat(merge.isVoid(read)).isFalse();
        merge.begin(10, 200);
        merge.touched();

        assertThat(merge.isVoid(read)).isTrue();
        assertThat(merge.arrived(older, NINE)).isEqualTo(Arrival.TOO_EARLY);
        assertThat(merge.arrived(newer, shows(10))).isEqualTo(Arrival.USABLE);
    }

    @Test
    void chunksAreDoneWithOnce() {
        Chunk first = ready();
        Chunk second = ready();

        merge.done(first);
        merge.discard(first);
        merge.discard(second);

        assertThat(merge.isVoid(second)).isTrue();
        assertThat(List.of(first, second)).noneMatch(merge::isReady);
    }
}
