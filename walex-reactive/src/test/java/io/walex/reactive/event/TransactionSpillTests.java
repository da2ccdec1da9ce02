package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.walex.reactive.pgoutput.Frames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionSpillTests {

    private static final int TOP = 100;

    @TempDir
    Path directory;

    private static Frames insert(int xid, String value) {
        return Frames.message('I').int32(xid).int32(1).letter('N').columns(1).text(value);
    }

    private static List<Frames> inserts(int count, String padding) {
        return IntStream.range(0, count).mapToObj(i -> insert(TOP, i + padding)).toList();
    }

    private static void append(TransactionSpill spill, List<Frames> messages) {
        for (int i = 0; i < messages.size(); i++) {
            spill.append(messages.get(i).buffer(), i);
        }
    }

    private static List<String> read(TransactionSpill spill) {
        TransactionSpill.Reader reader = spill.read();
        List<String> messages = new ArrayList<>();
        for (ByteBuf message = reader.next(); message != null; message = reader.next()) {
            messages.add(reader.walStart() + ":" + ByteBufUtil.hexDump(message));
        }
        return messages;
    }

    private static List<String> expected(List<Frames> messages) {
        return IntStream.range(0, messages.size())
                .mapToObj(i -> i + ":" + ByteBufUtil.hexDump(messages.get(i).toBytes()))
                .toList();
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    /** A file buffer is 16 KiB: smaller, larger and much larger messages than that. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 16_000, 17_000, 100_000})
    void givesBackWhatItTookWhereverItWasKept(int size) throws IOException {
        List<Frames> messages = inserts(50, "x".repeat(size));
        for (long limit : new long[] {0, 1000, 200_000, Long.MAX_VALUE}) {
            try (TransactionSpill spill = new TransactionSpill(new SpillSpace(directory, limit), true)) {
                append(spill, messages);
                assertThat(read(spill)).isEqualTo(expected(messages));
            }
            assertThat(files()).isZero();
        }
    }

    @Test
    void givesAnEmptyTransactionBack() {
        try (TransactionSpill spill = new TransactionSpill(new SpillSpace(directory, 0), true)) {
            assertThat(read(spill)).isEmpty();
        }
    }

    /** Ids wrap around, and others' ids lie between those of a transaction that lasts. */
    @Test
    void leavesOutWhatWasAbortedHoweverFarItsId() {
        try (TransactionSpill spill = new TransactionSpill(new SpillSpace(directory, 0), true)) {
            int[] xids = {TOP, TOP + 1, TOP + 63, TOP + 64, Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 3};
            List<Frames> messages =
                    IntStream.of(xids).mapToObj(xid -> insert(xid, "value")).toList();
            append(spill, messages);
            Frames relation = Frames.message('R').int32(TOP + 1).int32(1);
            spill.append(relation.buffer(), 8);

            for (int xid : new int[] {TOP + 1, TOP + 64, Integer.MIN_VALUE, -1}) {
                spill.abort(xid);
            }

            List<String> all = expected(messages);
            assertThat(read(spill))
                    .containsExactly(
                            all.get(0),
                            all.get(2),
                            all.get(4),
                            all.get(7),
                            "8:" + ByteBufUtil.hexDump(relation.toBytes()));
        }
    }

    @Test
    void sharesTheMemoryAndGivesItBack() throws IOException {
        List<Frames> messages = inserts(10, "x".repeat(100));
        SpillSpace space = new SpillSpace(directory, 2000);
        TransactionSpill first = new TransactionSpill(space, true);
        TransactionSpill second = new TransactionSpill(space, true);
        append(first, messages);
        append(second, messages);
        assertThat(space.reserve(1000)).isFalse();

        second.close();
        first.close();
        first.close();

        assertThat(space.reserve(2000)).isTrue();
        assertThat(space.reserve(1)).isFalse();
    }

    @Test
    void failsClearlyWhereNoFileCanBeMade() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (TransactionSpill spill = new TransactionSpill(new SpillSpace(file, 0), true)) {
            assertThatThrownBy(() -> append(spill, inserts(1, "")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Cannot make a file");
        }
    }

    @Test
    void leavesNoFileBehindThatCannotBeOpened() throws IOException {
        SpillSpace space = new SpillSpace(directory, 0, path -> {
            throw new IOException("Too many open files");
        });
        try (TransactionSpill spill = new TransactionSpill(space, true)) {
            assertThatThrownBy(() -> append(spill, inserts(1, "")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("Too many open files");
        }
        assertThat(files()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void failsClearlyWhereTheDiskIsFull() {
        SpillSpace space =
                new SpillSpace(directory, 0, path -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE));
        try (TransactionSpill spill = new TransactionSpill(space, true)) {
            assertThatThrownBy(() -> append(spill, inserts(1000, "x".repeat(100))))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Cannot write a file")
                    .hasRootCauseMessage("No space left on device");
        }
    }

    @Test
    void neverEndsEarlyWhereTheFileDoes() {
        List<FileChannel> opened = new ArrayList<>();
        SpillSpace space = new SpillSpace(directory, 0, path -> {
            opened.add(FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
            return opened.get(0);
        });
        List<Frames> messages = inserts(1000, "x".repeat(100));
        for (int lost : new int[] {1, messages.get(999).toBytes().length + 3}) {
            opened.clear();
            try (TransactionSpill spill = new TransactionSpill(space, true)) {
                append(spill, messages);
                TransactionSpill.Reader reader = spill.read();
                opened.get(0).truncate(opened.get(0).size() - lost);

                assertThatThrownBy(() -> {
                            while (reader.next() != null) {}
                        })
                        .isInstanceOf(UncheckedIOException.class)
                        .hasRootCauseMessage("it ends within a message");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
