package io.walex.reactive.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The column families that chunks stand in, in order. Dropping one gives its files back at once, without any compaction.
 * One thread changes them; any may look.
 */
final class Segments implements AutoCloseable {

    private static final String PREFIX = "segment-";

    private final long segmentBytes;
    // Chunks are written once, read once and dropped with their segment: merging files would be for nothing.
    private final ColumnFamilyOptions options = new ColumnFamilyOptions()
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setDisableAutoCompactions(true)
            .setLevel0SlowdownWritesTrigger(-1)
            .setLevel0StopWritesTrigger(Integer.MAX_VALUE);
    private final Deque<Segment> segments = new ArrayDeque<>();

    /** Starts a new segment when one holds so many bytes. */
    Segments(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** A column family. Its name tells its first chunk, and the bytes of all chunks before it. */
    private static final class Segment {

        private final ColumnFamilyHandle family;
        private final long firstChunk;
        private final long startBytes;
        private long lastChunk;
        private long bytes;

        private Segment(ColumnFamilyHandle family, long firstChunk, long startBytes) {
            this.family = family;
            this.firstChunk = firstChunk;
            this.startBytes = startBytes;
            lastChunk = firstChunk - 1;
        }

        static String name(long firstChunk, long startBytes) {
            return PREFIX + firstChunk + "-" + startBytes;
        }

        static long firstChunk(String name) {
            return Long.parseLong(name.substring(PREFIX.length()).split("-")[0]);
        }

        static Segment of(ColumnFamilyHandle family) throws RocksDBException {
            String name = new String(family.getName(), UTF_8);
            return new Segment(family, firstChunk(name), Long.parseLong(name.substring(name.lastIndexOf('-') + 1)));
        }

        void endAt(long chunk, long endBytes) {
            lastChunk = chunk;
            bytes = endBytes - startBytes;
        }
    }

    /** What to open for the segments that are in the directory, in their order. */
    List<ColumnFamilyDescriptor> descriptors(Path directory) throws RocksDBException {
        List<String> names = new ArrayList<>();
        try (Options all = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(all, directory.toString())) {
                names.add(new String(name, UTF_8));
            }
        }
        return names.stream()
                .filter(name -> name.startsWith(PREFIX))
                .sorted(Comparator.comparingLong(Segment::firstChunk))
                .map(name -> new ColumnFamilyDescriptor(name.getBytes(UTF_8), options))
                .toList();
    }

    /**
     * Takes what was opened, up to and with this chunk; drops segments behind it.
     *
     * @param bytes of all chunks up to it
     * @return the last segment that is left, null when there is none
     */
    @Nullable
    ColumnFamilyHandle opened(RocksDB db, List<ColumnFamilyHandle> families, long chunk, long bytes)
            throws RocksDBException {
        for (ColumnFamilyHandle family : families) {
            Segment segment = Segment.of(family);
            if (segment.firstChunk > chunk) {
                drop(db, segment);
                continue;
            }
            Segment before = segments.peekLast();
            if (before != null) {
                before.endAt(segment.firstChunk - 1, segment.startBytes);
            }
            segment.endAt(chunk, bytes);
            segments.addLast(segment);
        }
        Segment last = segments.peekLast();
        return last == null ? null : last.family;
    }

    /** How many bytes the segments hold that begin behind this chunk. */
    long bytesBehind(long chunk) {
        return segments.stream()
                .filter(segment -> segment.firstChunk > chunk)
                .mapToLong(segment -> segment.bytes)
                .sum();
    }

    /**
     * Where the next chunk goes.
     *
     * @param endBytes of all chunks up to and with it
     */
    ColumnFamilyHandle add(RocksDB db, long chunk, int size, long endBytes) throws RocksDBException {
        Segment last = segments.peekLast();
        if (last == null || isFull(last)) {
            long startBytes = endBytes - size;
            byte[] name = Segment.name(chunk, startBytes).getBytes(UTF_8);
            last = new Segment(db.createColumnFamily(new ColumnFamilyDescriptor(name, options)), chunk, startBytes);
            synchronized (segments) {
                segments.addLast(last);
            }
        }
        last.endAt(chunk, endBytes);
        return last.family;
    }

    private boolean isFull(Segment segment) {
        return segment.bytes >= segmentBytes;
    }

    /** Where the chunk is; null when its segment was dropped. */
    @Nullable
    ColumnFamilyHandle holding(long chunk) {
        synchronized (segments) {
            for (var each = segments.descendingIterator(); each.hasNext(); ) {
                Segment segment = each.next();
                if (segment.firstChunk <= chunk) {
                    return segment.family;
                }
            }
        }
        return null;
    }

    /**
     * Drops full segments of chunks behind the first number, up to and with the second; tells before, and returns, whether
     * there are any.
     */
    boolean dropBetween(RocksDB db, long from, long to, BeforeDrop before) throws RocksDBException, IOException {
        List<Segment> done = segments.stream()
                .filter(segment -> segment.firstChunk > from && segment.lastChunk <= to)
                .filter(segment -> isFull(segment) || segment != segments.peekLast())
                .toList();
        if (done.isEmpty()) {
            return false;
        }
        before.run();
        synchronized (segments) {
            segments.removeAll(done);
        }
        for (Segment segment : done) {
            drop(db, segment);
        }
        return true;
    }

    /** What must be on disk before something is dropped. */
    interface BeforeDrop {
        void run() throws IOException;
    }

    private static void drop(RocksDB db, Segment segment) throws RocksDBException {
        db.dropColumnFamily(segment.family);
        segment.family.close();
    }

    @Override
    public void close() {
        segments.forEach(segment -> segment.family.close());
        options.close();
    }
}
