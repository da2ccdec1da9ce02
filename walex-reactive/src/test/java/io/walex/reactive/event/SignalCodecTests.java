package io.walex.reactive.event;

import static io.walex.reactive.event.SampleEvents.UNCHANGED;
import static io.walex.reactive.event.SampleEvents.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.event.TransactionSignal.End;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SignalCodecTests {

    private static final Instant TIME = Instant.parse("2026-12-01T10:00:00.123456Z");

    private final SampleEvents users = SampleEvents.of("user", ReplicaIdentity.FULL);
    private final SignalCodec codec =
            new SignalCodec(new StreamIdentity("test", "1", "db"), TypeSource.of(TypeRegistry.builtIn()));

    private static SnapshotSlice slice(long id, @Nullable String progress) {
        return new SnapshotSlice("initial", "public", "user", id, id % 2 == 1, progress);
    }

    private List<TransactionSignal> readBack(List<TransactionSignal> signals) {
        ByteBuf bytes = Unpooled.buffer();
        SignalCodec.Writer writer = codec.writer();
        signals.forEach(signal -> writer.write(signal, bytes));
        List<TransactionSignal> read = new ArrayList<>();
        SignalCodec.Reader reader = codec.reader();
        for (TransactionSignal next = reader.read(bytes); next != null; next = reader.read(bytes)) {
            read.add(next);
        }
        return read;
    }

    private static List<String> shown(List<TransactionSignal> signals) {
        return signals.stream()
                .map(signal -> signal instanceof Event event ? EventJson.toJson(event) : fields(signal))
                .toList();
    }

    /** A slice's text leaves out its progress. */
    private static String fields(TransactionSignal signal) {
        SnapshotSlice slice = signal instanceof Begin begin ? begin.slice() : null;
        return signal + " " + (slice == null ? "" : slice.progress());
    }

    private void assertSameReadBack(TransactionSignal... signals) {
        List<TransactionSignal> read = readBack(List.of(signals));
        assertThat(shown(read)).isEqualTo(shown(List.of(signals)));
        assertThat(read)
                .filteredOn(Begin.class::isInstance)
                .isEqualTo(List.of(signals).stream()
                        .filter(Begin.class::isInstance)
                        .toList());
    }

    @Test
    void readsBackWhatItWrote() {
        var origin = new ReplicationOrigin("pg_1", Lsn.of(200));
        for (Begin begin : List.of(
                new Begin(Lsn.of(100), TIME, 7, null),
                new Begin(Lsn.of(100), TIME, -1, "gid"),
                new Begin(Lsn.of(100), TIME, 7, null, origin),
                new Begin(Lsn.of(100), TIME, 7, "gid", new ReplicationOrigin("ö", null)))) {
            users.nextTransaction(begin);
            assertSameReadBack(
                    begin,
                    users.insert("1", "ü", null),
                    users.update(row("1", "a", "x"), row("1", "b", UNCHANGED)),
                    users.delete(false, "1", "b", "x"),
                    users.truncate(),
                    users.message("note", new byte[] {0, 1}),
                    new End(begin, Lsn.of(108)));
        }
    }

    @Test
    void readsBackSlicesOfSnapshots() {
        for (String progress : new @Nullable String[] {null, "", "{\"ranges\":\"ü\u0000\"}", "x".repeat(100_000)}) {
            Begin begin = new Begin(Lsn.of(100), TIME, slice(Long.MAX_VALUE, progress));
            users.nextTransaction(begin);
            assertSameReadBack(
                    begin,
                    users.read("1", "ü", null),
                    users.read("2", "", "x"),
                    users.completed(new SnapshotSummary("initial \u0000", 2, 1L << 40, 3)),
                    new End(begin, Lsn.of(108)));
        }
    }

    @Test
    void aSliceCanBeReadWithoutWhatCameBeforeIt() {
        Begin first = new Begin(Lsn.of(100), TIME, slice(1, null));
        Begin second = new Begin(Lsn.of(100), TIME, slice(2, null));
        ByteBuf bytes = Unpooled.buffer();
        SignalCodec.Writer writer = codec.writer();
        writer.write(first, bytes);
        writer.write(users.nextTransaction(first).read("1", "a", null), bytes);
        writer.write(new End(first, Lsn.of(108)), bytes);
        bytes.clear();
        writer.write(second, bytes);
        writer.write(users.nextTransaction(second).read("2", "b", null), bytes);

        SignalCodec.Reader reader = codec.reader();
        assertThat(reader.read(bytes)).isEqualTo(second);
        assertThat(((Event) reader.read(bytes)).newRecord().getText("id")).isEqualTo("2");
    }

    @Test
    void rowsThatWereMaskedAreNotStored() {
        Begin begin = new Begin(Lsn.of(100), TIME, slice(1, null));
        Event masked = EventColumns.of("user")
                .mask("email", Mask.constant("***"))
                .view(users.nextTransaction(begin).read("1", "a", "x"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> readBack(List.of(begin, masked)))
                .withMessageContaining("Columns of public.user were hidden or masked");
    }

    /** As transactions' times have, so that an event's JSON is the same behind a store. */
    @Test
    void timesOfSlicesHaveMicroseconds() {
        assertThat(new Begin(Lsn.of(100), TIME.plusNanos(789), slice(1, null)).commitTimestamp())
                .isEqualTo(TIME);
    }

    @Test
    void aSlicesTextHidesItsProgress() {
        assertThat(slice(3, "keys of rows")).hasToString("slice 3 of snapshot \"initial\" of public.user");
    }
}
