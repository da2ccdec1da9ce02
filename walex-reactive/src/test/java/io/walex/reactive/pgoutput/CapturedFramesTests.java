package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.PgOutputMessage.Begin;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Origin;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamAbort;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamCommit;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStart;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStop;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers sent for {@code pgoutput/scenario.sql}; recorded by {@link FrameCapture}. */
class CapturedFramesTests {

    private static final List<String> COLUMNS = List.of("id", "name", "mood", "balance");

    @ParameterizedTest
    @ValueSource(strings = {"postgresql-14-v1", "postgresql-18-v1"})
    void everyMessageOfVersion1(String fixture) {
        assertThat(CapturedFrame.fixture(fixture))
                .extracting(CapturedFrame::type)
                .containsOnly('B', 'C', 'O', 'R', 'Y', 'I', 'U', 'D', 'T', 'M');
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql-14-v1", "postgresql-18-v1", "postgresql-18-v4"})
    void rowsOfOrdinaryTransactions(String fixture) {
        List<PgOutputMessage> messages = decode(fixture);

        Relation account = all(messages, Relation.class).get(0);
        assertThat(account.schema()).isEqualTo("public");
        assertThat(account.name()).isEqualTo("account");
        assertThat(account.replicaIdentity()).isEqualTo(ReplicaIdentity.DEFAULT);
        assertThat(account.columns()).extracting(RelationColumn::name).containsExactlyElementsOf(COLUMNS);
        assertThat(account.columns()).extracting(RelationColumn::key).containsExactly(true, false, false, false);
        assertThat(account.columns().get(3).typeOid()).isEqualTo(1700);
        assertThat(account.columns().get(3).typeModifier()).isEqualTo((10 << 16 | 2) + 4);
        PgOutputMessage.Type mood = all(messages, PgOutputMessage.Type.class).get(0);
        assertThat(mood.name()).isEqualTo("mood");
        assertThat(account.columns().get(2).typeOid()).isEqualTo(mood.oid());

        List<Insert> inserts = all(messages, Insert.class);
        assertThat(texts(inserts.get(0).newTuple())).containsExactly("1", "Zoë", "happy", "12.50");
        assertThat(texts(inserts.get(1).newTuple())).containsExactly("2", null, null, "-0.01");
        assertThat(inserts).hasSize(6 + 501 + 1 + 500 + 1);
        assertThat(inserts.get(0).relationOid()).isEqualTo(account.oid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql-14-v1", "postgresql-18-v1", "postgresql-18-v4"})
    void oldTuplesFollowTheReplicaIdentity(String fixture) {
        List<PgOutputMessage> messages = decode(fixture);

        List<Update> updates = all(messages, Update.class);
        assertThat(updates.get(0).oldTuple()).isNull();
        assertThat(texts(updates.get(0).newTuple())).containsExactly("1", "Ada", "happy", "12.50");
        assertThat(updates.get(1).oldTupleIsKey()).isTrue();
        assertThat(texts(updates.get(1).oldTuple())).containsExactly("2", null, null, null);
        assertThat(updates.get(2).oldTupleIsKey()).isFalse();
        assertThat(texts(updates.get(2).oldTuple())).containsExactly("1", "one");
        assertThat(texts(updates.get(2).newTuple())).containsExactly("1", "uno");
        assertThat(updates.get(3).newTuple().kind(2)).isEqualTo(TupleData.UNCHANGED);

        List<Delete> deletes = all(messages, Delete.class);
        assertThat(deletes.get(0).oldTupleIsKey()).isTrue();
        assertThat(texts(deletes.get(0).oldTuple())).containsExactly("3", null, null, null);
        assertThat(deletes.get(1).oldTupleIsKey()).isFalse();
        assertThat(texts(deletes.get(1).oldTuple())).containsExactly("1", "uno");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql-14-v1",
                "postgresql-14-v2-streaming",
                "postgresql-18-v1",
                "postgresql-18-v4",
                "postgresql-18-v4-parallel"
            })
    void truncateOriginAndTransactionBounds(String fixture) {
        List<PgOutputMessage> messages = decode(fixture);

        Truncate truncate = all(messages, Truncate.class).get(0);
        assertThat(truncate.relationOids()).hasSize(2);
        assertThat(truncate.cascade()).isTrue();
        assertThat(truncate.restartIdentity()).isTrue();

        assertThat(all(messages, Origin.class)).containsExactly(new Origin(Lsn.parse("AA/BB"), "elsewhere"));

        List<Begin> begins = all(messages, Begin.class);
        List<Commit> commits = all(messages, Commit.class);
        assertThat(commits).hasSameSizeAs(begins);
        for (int i = 0; i < begins.size(); i++) {
            assertThat(begins.get(i).commitLsn()).isEqualTo(commits.get(i).commitLsn());
            assertThat(begins.get(i).commitTimestamp()).isEqualTo(commits.get(i).commitTimestamp());
            assertThat(commits.get(i).endLsn()).isGreaterThan(commits.get(i).commitLsn());
        }
        assertThat(begins).anyMatch(begin -> begin.commitTimestamp().equals(Instant.parse("2024-01-01T00:00:00Z")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql-14-v1",
                "postgresql-14-v2-streaming",
                "postgresql-18-v1",
                "postgresql-18-v4",
                "postgresql-18-v4-parallel"
            })
    void logicalMessages(String fixture) {
        List<LogicalMessage> messages = all(decode(fixture), LogicalMessage.class);

        assertThat(messages).extracting(LogicalMessage::prefix).containsExactly("outbox", "outbox");
        assertThat(messages).extracting(LogicalMessage::transactional).containsExactly(true, false);
        assertThat(messages.get(1).content()).isEqualTo("at once".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void streamedTransactionWithAnAbortedSubtransaction() {
        List<PgOutputMessage> messages = decode("postgresql-14-v2-streaming");

        StreamAbort abort = all(messages, StreamAbort.class).get(0);
        List<StreamStart> starts = all(messages, StreamStart.class);
        assertThat(starts).extracting(StreamStart::firstSegment).startsWith(true, false, false);
        assertThat(abort.xid()).isEqualTo(starts.get(0).xid()).isNotEqualTo(abort.subXid());
        assertThat(abort.abortLsn()).isNull();
        assertThat(abort.abortTimestamp()).isNull();
        assertThat(all(messages, Insert.class))
                .filteredOn(insert -> insert.xid() == abort.subXid())
                .hasSize(421)
                .allSatisfy(insert -> assertThat(insert.newTuple().kind(0)).isEqualTo(TupleData.BINARY));
        StreamCommit commit = all(messages, StreamCommit.class).get(0);
        assertThat(commit.xid()).isEqualTo(abort.xid());
        assertThat(commit.endLsn()).isGreaterThan(commit.commitLsn());
    }

    @Test
    void parallelStreamingTellsWhereAndWhenItAborted() {
        StreamAbort abort =
                all(decode("postgresql-18-v4-parallel"), StreamAbort.class).get(0);

        assertThat(abort.abortLsn()).isNotNull();
        assertThat(abort.abortTimestamp()).isNotNull();
    }

    @Test
    void preparedTransactions() {
        List<PgOutputMessage> messages = decode("postgresql-18-v4-parallel");

        List<BeginPrepare> begins = all(messages, BeginPrepare.class);
        assertThat(begins).extracting(BeginPrepare::gid).containsExactly("to commit", "to roll back");
        List<CommitPrepared> commits = all(messages, CommitPrepared.class);
        assertThat(commits).extracting(CommitPrepared::gid).containsExactly("to commit", "streamed");
        assertThat(commits.get(0).xid()).isEqualTo(begins.get(0).xid());
        RollbackPrepared rollback = all(messages, RollbackPrepared.class).get(0);
        assertThat(rollback.gid()).isEqualTo("to roll back");
        assertThat(rollback.prepareTimestamp()).isEqualTo(begins.get(1).prepareTimestamp());
        assertThat(rollback.rollbackEndLsn()).isGreaterThan(rollback.prepareEndLsn());
        assertThat(all(messages, StreamPrepare.class))
                .extracting(StreamPrepare::gid)
                .containsExactly("streamed");
    }

    private static List<PgOutputMessage> decode(String fixture) {
        List<PgOutputMessage> messages = new ArrayList<>();
        boolean inStream = false;
        for (CapturedFrame frame : CapturedFrame.fixture(fixture)) {
            PgOutputMessage message = PgOutputDecoder.decode(
                    Unpooled.wrappedBuffer(frame.message()),
                    inStream,
                    frame.lsn().value());
            inStream = message instanceof StreamStart || inStream && !(message instanceof StreamStop);
            messages.add(message);
        }
        return messages;
    }

    private static <T> List<T> all(List<PgOutputMessage> messages, Class<T> type) {
        return messages.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static List<String> texts(TupleData tuple) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < tuple.columnCount(); i++) {
            texts.add(
                    tuple.kind(i) == TupleData.TEXT
                            ? new String(tuple.bytes(), tuple.offset(i), tuple.length(i), StandardCharsets.UTF_8)
                            : null);
        }
        return texts;
    }
}
