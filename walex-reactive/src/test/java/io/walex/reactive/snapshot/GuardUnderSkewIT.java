package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.guarantees.snapshots.SkewedServer;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.snapshot.GatedChunks.Arrival;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a snapshot shows while a commit is delivered that nobody sees: the guard refuses it, and without the guard a row from
 * before the change would be delivered behind it.
 */
class GuardUnderSkewIT {

    private static SkewedServer server;
    private static TestDatabase database;

    @RegisterExtension
    final Reading reading = Reading.of(() -> database);

    @BeforeAll
    static void start() {
        server = SkewedServer.start();
        database = server.database();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void snapshotThatDoesNotShowWhatWasDeliveredIsRefused() throws Exception {
        database.execute(
                "CREATE TABLE item (id int PRIMARY KEY, n int)",
                "INSERT INTO item VALUES (1, 0)",
                "CREATE PUBLICATION events FOR TABLE item",
                "SELECT pg_create_logical_replication_slot('peek', 'test_decoding')");
        server.standbyAway();
        Thread committing = server.commitUnseen("UPDATE item SET n = 1 WHERE id = 1");
        assertThat(delivered()).anyMatch(change -> change.contains("n[integer]:1"));
        int xid = Integer.parseUnsignedInt(database.queryText(
                "SELECT xid FROM pg_logical_slot_peek_changes('peek', NULL, NULL) WHERE data LIKE 'COMMIT%'"));
        // The record starts before what is said to be its place: its end.
        long commitLsn = Lsn.parse(
                                database.queryText(
                                        "SELECT lsn FROM pg_logical_slot_peek_changes('peek', NULL, NULL) WHERE data LIKE 'COMMIT%'"))
                        .value()
                - 1;

        ChunkRows unseen = read();

        assertThat(Reading.texts(unseen.rows())).containsExactly("1|0");
        // By the order of the WAL it is newer than the change.
        assertThat(unseen.visibility().target()).isGreaterThan(commitLsn);
        assertThat(emitted(xid, commitLsn, unseen, unseen.visibility())).isEqualTo("TOO_EARLY");
        // Replay makes visible in the order of the WAL: what is right on a standby is the scheme without the guard
        // here.
        long end = unseen.visibility().target();
        assertThat(emitted(xid, commitLsn, unseen, new StandbyVisibility(end, end)))
                .isEqualTo("1|0");

        server.standbyBack();
        committing.join();
        ChunkRows seen = read();
        assertThat(emitted(xid, commitLsn, seen, seen.visibility())).isEqualTo("1|1");
    }

    private static List<String> delivered() {
        return database.query(
                "SELECT data FROM pg_logical_slot_peek_changes('peek', NULL, NULL)", row -> row.getString(1));
    }

    /** What comes of the only row when it is read behind a change that was delivered. */
    private static String emitted(int xid, long commitLsn, ChunkRows rows, Visibility visibility) {
        GatedChunks<RowKey, TupleData> merge = new GatedChunks<>(TupleData::filledFrom, TupleData::size);
        TupleData row = Reading.rows(rows.rows()).get(0);
        RowKey key = RowKey.of(row, new int[] {0});
        merge.begin(xid, commitLsn);
        merge.upsert(key, row, true);
        GatedChunks.Chunk chunk = merge.open();
        Arrival arrival = merge.arrived(chunk, visibility);
        if (arrival != Arrival.USABLE) {
            return arrival.name();
        }
        merge.reached(visibility.target());
        TupleData current = merge.take(chunk, key, row);
        return current == null ? "nothing" : Reading.text(current);
    }

    private ChunkRows read() {
        return Reading.await(reading.open().read(reading.table("item"), Reading.all()));
    }
}
