package io.walex.reactive.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walex.reactive.pgoutput.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Numbered chunks of transactions on disk. They stand in segments, each a column family: dropping one gives its files back
 * at once, without any compaction.
 *
 * <p>What is written together with {@link Written} is one atomic, forced write, so after a crash there is a whole number of
 * transactions. Chunks of a transaction whose end did not make it are dropped when the store is opened.
 *
 * <p>One thread writes; any may read. Closing waits for calls that run; later ones fail with a {@link SpoolException}.
 */
final class SpoolStore implements AutoCloseable {

    private static final byte[] OWNER = "owner".getBytes(UTF_8);
    private static final byte[] CLUSTER = "cluster".getBytes(UTF_8);
    private static final byte[] WRITTEN = "written".getBytes(UTF_8);
    private static final byte[] CONSUMED = "consumed".getBytes(UTF_8);
    private static final String SEGMENT = "segment-";
    private static final long LARGEST_SEGMENT = 64 << 20;
    private static final long SMALLEST_LOG = 4 << 20;

    private final Path directory;
    private final DBOptions options;
    private final ColumnFamilyOptions segmentOptions;
    private final ColumnFamilyOptions metadataOptions = new ColumnFamilyOptions();
    private final WriteOptions forced = new WriteOptions().setSync(true);
    private final WriteOptions cached = new WriteOptions();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final long segmentBytes;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final RocksDB db;
    private final ColumnFamilyHandle metadata;
    private volatile Written written;
    private long nextChunk;
    private long bytes;
    private volatile long consumed;
    private boolean closed;

    /**
     * What is whole.
     *
     * @param chunk the number of the last chunk
     * @param commitLsn of the last transaction
     * @param bytes of all chunks ever written
     */
    record Written(long chunk, Lsn commitLsn, long bytes) {

        private static Written decode(byte @Nullable [] value) {
            if (value == null) {
                return new Written(-1, Lsn.INVALID, 0);
            }
            ByteBuffer buffer = ByteBuffer.wrap(value);
            return new Written(buffer.getLong(), Lsn.of(buffer.getLong()), buffer.getLong());
        }

        private byte[] encode() {
            return ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(chunk)
                    .putLong(commitLsn.value())
                    .putLong(bytes)
                    .array();
        }
    }

    /**
     * A column family.
     *
     * @param firstChunk the number of its first chunk
     * @param startBytes of all chunks before it
     */
    private record Segment(ColumnFamilyHandle family, long firstChunk, long startBytes) {

        static byte[] name(long firstChunk, long startBytes) {
            return (SEGMENT + firstChunk + "-" + startBytes).getBytes(UTF_8);
        }

        static Segment of(ColumnFamilyHandle family) throws RocksDBException {
            String[] parts = new String(family.getName(), UTF_8)
                    .substring(SEGMENT.length())
                    .split("-");
            return new Segment(family, Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
    }

    private SpoolStore(Path directory, long maxBytes, String owner) throws RocksDBException, IOException {
        this.directory = directory;
        segmentBytes = Math.min(maxBytes / 8, LARGEST_SEGMENT);
        options = new DBOptions()
                .setCreateIfMissing(true)
                .setMaxTotalWalSize(Math.max(maxBytes / 8, SMALLEST_LOG))
                .setDbWriteBufferSize(Math.max(maxBytes / 8, SMALLEST_LOG))
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(1)
                .setMaxManifestFileSize(1 << 20);
        // Chunks are written once, read once and dropped with their segment: merging files would be for nothing.
        segmentOptions = new ColumnFamilyOptions()
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setDisableAutoCompactions(true)
                .setLevel0SlowdownWritesTrigger(-1)
                .setLevel0StopWritesTrigger(Integer.MAX_VALUE);
        Files.createDirectories(directory);
        List<ColumnFamilyHandle> families = new ArrayList<>();
        db = RocksDB.open(options, directory.toString(), families(directory), families);
        metadata = families.get(0);
        try {
            requireOwner(OWNER, owner);
            Written whole = Written.decode(db.get(metadata, WRITTEN));
            written = whole;
            byte[] position = db.get(metadata, CONSUMED);
            consumed = position == null ? -1 : ByteBuffer.wrap(position).getLong();
            nextChunk = whole.chunk + 1;
            bytes = whole.bytes;
            for (ColumnFamilyHandle family : families.subList(1, families.size())) {
                segments.add(Segment.of(family));
            }
            recover();
        } catch (RuntimeException | RocksDBException e) {
            close();
            throw e;
        }
    }

    private List<ColumnFamilyDescriptor> families(Path directory) throws RocksDBException {
        List<byte[]> names;
        try (Options all = new Options()) {
            names = new ArrayList<>(RocksDB.listColumnFamilies(all, directory.toString()));
        }
        Map<String, Long> order = new HashMap<>();
        names.removeIf(name -> !new String(name, UTF_8).startsWith(SEGMENT));
        for (byte[] name : names) {
            String text = new String(name, UTF_8);
            order.put(text, Long.parseLong(text.substring(SEGMENT.length()).split("-")[0]));
        }
        names.sort((one, other) -> Long.compare(
                order.getOrDefault(new String(one, UTF_8), 0L), order.getOrDefault(new String(other, UTF_8), 0L)));
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, metadataOptions));
        names.forEach(name -> families.add(new ColumnFamilyDescriptor(name, segmentOptions)));
        return families;
    }

    /** Makes the directory if needed, and takes it for this process. */
    static SpoolStore open(Path directory, long maxBytes, String owner) {
        try {
            return new SpoolStore(directory, maxBytes, owner);
        } catch (RocksDBException e) {
            String reason = String.valueOf(e.getMessage());
            throw new SpoolException(
                    reason.contains("lock")
                            ? "The spool in %s is in use; give each instance its own name and subscribe to it once (%s)"
                                    .formatted(directory, reason)
                            : "The spool in %s cannot be opened: %s".formatted(directory, reason),
                    e);
        } catch (IOException e) {
            throw new SpoolException("The spool's directory %s cannot be made: %s".formatted(directory, e), e);
        }
    }

    /** Drops what a crash left of a transaction without its end, and segments that were consumed. */
    private void recover() throws RocksDBException {
        while (!segments.isEmpty() && segments.getLast().firstChunk > written.chunk) {
            drop(segments.removeLast());
        }
        Segment last = segments.peekLast();
        if (last != null) {
            db.deleteRange(last.family, cached, key(written.chunk + 1), key(Long.MAX_VALUE));
        }
        dropConsumed();
    }

    private void requireOwner(byte[] key, String owner) throws RocksDBException {
        byte[] known = db.get(metadata, key);
        if (known == null) {
            db.put(metadata, forced, key, owner.getBytes(UTF_8));
        } else if (!owner.equals(new String(known, UTF_8))) {
            throw new SpoolException(
                    "The spool in %s belongs to %s, not to %s; use another directory, or delete this one if its transactions may be lost"
                            .formatted(directory, new String(known, UTF_8), owner),
                    null);
        }
    }

    /**
     * Checks that this is the cluster whose transactions are stored: LSNs of another one say nothing here.
     *
     * @throws SpoolException when it is not
     */
    void requireCluster(String systemIdentifier) {
        access(() -> {
            requireOwner(CLUSTER, "database cluster " + systemIdentifier);
            return true;
        });
    }

    Written written() {
        return written;
    }

    /** The number of the last chunk of the acknowledged prefix. */
    long consumed() {
        return consumed;
    }

    /** What is kept on disk, whether consumed or not. By the writing thread. */
    long keptBytes() {
        Segment first = segments.peekFirst();
        return first == null ? 0 : bytes - first.startBytes;
    }

    /**
     * Appends chunks in one atomic write.
     *
     * @param lastWhole how many of the chunks belong to transactions that are whole; forced to disk unless it is zero
     * @param commitLsn of the last whole transaction
     */
    void append(List<byte[]> chunks, int lastWhole, Lsn commitLsn) {
        access(() -> {
            try (WriteBatch batch = new WriteBatch()) {
                Written whole = written;
                for (int i = 0; i < chunks.size(); i++) {
                    byte[] chunk = chunks.get(i);
                    batch.put(segment().family, key(nextChunk), chunk);
                    nextChunk++;
                    bytes += chunk.length;
                    if (i + 1 == lastWhole) {
                        whole = new Written(nextChunk - 1, commitLsn, bytes);
                        batch.put(metadata, WRITTEN, whole.encode());
                    }
                }
                db.write(lastWhole > 0 ? forced : cached, batch);
                written = whole;
            }
            return true;
        });
    }

    private Segment segment() throws RocksDBException {
        Segment last = segments.peekLast();
        if (last == null || bytes - last.startBytes >= segmentBytes) {
            byte[] name = Segment.name(nextChunk, bytes);
            ColumnFamilyHandle family = db.createColumnFamily(new ColumnFamilyDescriptor(name, segmentOptions));
            last = new Segment(family, nextChunk, bytes);
            synchronized (segments) {
                segments.addLast(last);
            }
        }
        return last;
    }

    /** The chunk, which must be within {@link #written}. */
    byte[] read(long chunk) {
        return access(() -> {
            byte[] value = db.get(familyOf(chunk), key(chunk));
            if (value == null) {
                throw new SpoolException("The spool in %s has lost chunk %d".formatted(directory, chunk), null);
            }
            return value;
        });
    }

    private ColumnFamilyHandle familyOf(long chunk) {
        synchronized (segments) {
            for (var each = segments.descendingIterator(); each.hasNext(); ) {
                Segment segment = each.next();
                if (segment.firstChunk <= chunk) {
                    return segment.family;
                }
            }
        }
        throw new SpoolException("The spool in %s has lost chunk %d".formatted(directory, chunk), null);
    }

    /** Forgets everything up to and with this chunk; survives the process, but need not survive the machine. */
    void consumed(long chunk) {
        access(() -> {
            consumed = chunk;
            db.put(
                    metadata,
                    cached,
                    CONSUMED,
                    ByteBuffer.allocate(Long.BYTES).putLong(chunk).array());
            dropConsumed();
            return true;
        });
    }

    private void dropConsumed() throws RocksDBException {
        boolean allConsumed = consumed == written.chunk && nextChunk == written.chunk + 1;
        while (!segments.isEmpty()) {
            Segment first = segments.getFirst();
            Segment second = segments.stream().skip(1).findFirst().orElse(null);
            boolean done = second == null
                    ? allConsumed && bytes - first.startBytes >= segmentBytes
                    : second.firstChunk <= consumed + 1;
            if (!done) {
                return;
            }
            synchronized (segments) {
                segments.removeFirst();
            }
            drop(first);
        }
    }

    private void drop(Segment segment) throws RocksDBException {
        db.dropColumnFamily(segment.family);
        segment.family.close();
    }

    private interface Access<T> {
        T run() throws RocksDBException;
    }

    private <T> T access(Access<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new SpoolException("The spool in %s is closed".formatted(directory), null);
            }
            return work.run();
        } catch (RocksDBException e) {
            throw new SpoolException(
                    "The spool in %s cannot be used: %s; is the disk full?".formatted(directory, e.getMessage()), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static byte[] key(long chunk) {
        return ByteBuffer.allocate(Long.BYTES).putLong(chunk).array();
    }

    /** Idempotent. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                segments.forEach(segment -> segment.family.close());
                metadata.close();
                db.close();
                forced.close();
                cached.close();
                segmentOptions.close();
                metadataOptions.close();
                options.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
