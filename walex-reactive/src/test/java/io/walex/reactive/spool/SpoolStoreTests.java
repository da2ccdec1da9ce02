package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walex.reactive.pgoutput.Lsn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class SpoolStoreTests {

    private static final long LIMIT = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void isInUseWhileItIsOpen() {
        try (SpoolStore open = SpoolStore.open(directory, LIMIT, "shop/walex")) {
            Throwable failure = catchThrowable(() -> SpoolStore.open(directory, LIMIT, "shop/walex"));

            assertThat(open.appended()).isEqualTo(-1);
            assertThat(failure)
                    .isInstanceOf(SpoolException.class)
                    .hasMessageStartingWith("The spool in " + directory + " is in use");
            assertThat(SpoolStore.isInUse(failure)).isTrue();
        }
        SpoolStore.open(directory, LIMIT, "shop/walex").close();
    }

    @Test
    void filesThatCannotBeReadBelowBlocksAreNotTakenForASpoolInUse() throws IOException {
        Path own = Files.createDirectories(directory.resolve("blocks"));
        Files.writeString(own.resolve("CURRENT"), "MANIFEST-000007\n");

        assertThatThrownBy(() -> SpoolStore.open(own, LIMIT, "shop/walex"))
                .isInstanceOf(SpoolException.class)
                .hasMessageStartingWith("The spool in " + own + " cannot be opened")
                .matches(failure -> !SpoolStore.isInUse(failure));
    }

    /** Ten times the limit. With transactions that are whole, and within one that passes through. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesStaySmallWhileEverythingIsDroppedAtOnce(boolean whole) {
        long limit = 8 << 20;
        Random random = new Random(1);
        byte[] chunk = new byte[256 << 10];
        long largest = 0;
        try (SpoolStore store = SpoolStore.open(directory, limit, "shop/walex")) {
            for (int i = 1; i <= 10 * limit / chunk.length; i++) {
                random.nextBytes(chunk);
                store.append(List.of(chunk), whole ? 1 : 0, Lsn.of(i));
                if (whole) {
                    store.acknowledge(new SpoolPosition(store.appended(), Lsn.of(i)));
                    store.dropAcknowledged();
                } else {
                    store.dropUnfinished(store.appended());
                }
                largest = Math.max(largest, size(directory));
            }
        }

        assertThat(largest).isLessThan(limit / 2);
    }

    /** As one that was written before formats had numbers. */
    private void forgetFormat() throws RocksDBException {
        List<byte[]> families = RocksDB.listColumnFamilies(new Options(), directory.toString());
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (RocksDB db = RocksDB.open(
                directory.toString(),
                families.stream().map(ColumnFamilyDescriptor::new).toList(),
                handles)) {
            db.delete(handles.get(0), "format".getBytes(StandardCharsets.UTF_8));
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    @Test
    void transactionsInAnOlderFormatAreRefused() throws RocksDBException {
        try (SpoolStore store = SpoolStore.open(directory, LIMIT, "shop/walex")) {
            store.append(List.of(new byte[] {1}), 1, Lsn.of(1));
        }
        forgetFormat();

        assertThatThrownBy(() -> SpoolStore.open(directory, LIMIT, "shop/walex"))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("The spool in " + directory + " holds transactions in format 1")
                .hasMessageContaining("Subscribe with that version until all are acknowledged");
    }

    @Test
    void spoolWithNothingInItGoesOnInTheFormatOfToday() throws RocksDBException {
        try (SpoolStore store = SpoolStore.open(directory, LIMIT, "shop/walex")) {
            store.append(List.of(new byte[] {1}), 1, Lsn.of(1));
            store.acknowledge(new SpoolPosition(store.appended(), Lsn.of(1)));
        }
        forgetFormat();

        for (int opened = 0; opened < 2; opened++) {
            try (SpoolStore store = SpoolStore.open(directory, LIMIT, "shop/walex")) {
                store.append(List.of(new byte[] {2}), 1, Lsn.of(2));

                assertThat(store.read(store.appended())).containsExactly(2);
            }
        }
    }

    private static long size(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
