package io.walex.reactive.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.pgoutput.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Numbered chunks of transactions on disk, in {@link Segments}.
 *
 * <p>What is written together with {@link Written} is one atomic, forced write, so after a crash there is a whole number of
 * transactions. Chunks behind it are dropped when the store is opened: the server sends their transactions again.
 *
 * <p>One thread writes and drops, one acknowledges; any may read. Closing waits for calls that run; later ones fail with a
 * {@link SpoolException}.
 */
final class SpoolStore implements AutoCloseable {

    private static final byte[] OWNER = "owner".getBytes(UTF_8);
    private static final byte[] CLUSTER = "cluster".getBytes(UTF_8);
    private static final byte[] TIMELINE = "timeline".getBytes(UTF_8);
    private static final byte[] FORMAT = "format".getBytes(UTF_8);
    private static final byte[] WRITTEN = "written".getBytes(UTF_8);
    private static final byte[] DROPPED = "dropped".getBytes(UTF_8);
    private static final String POSITION = "ACKNOWLEDGED";
    private static final long LARGEST_SEGMENT = 64 << 20;
    private static final long SMALLEST_LOG = 1 << 20;

    /** What RocksDB says of a lock that is held: by this process, by another, on Windows. Paths may say "lock" as well. */
    private static final List<String> LOCKED =
            List.of("lock hold by current process", "While lock file", "Failed to create lock file");

    private static final String IF_FULL =
            "if its disk is full, make room and subscribe again: the server keeps what is not on disk";

    private final Path directory;
    private final DBOptions options;
    private final ColumnFamilyOptions metadataOptions = new ColumnFamilyOptions();
    private final WriteOptions forced = new WriteOptions().setSync(true);
    private final WriteOptions cached = new WriteOptions();
    private final FlushOptions flush = new FlushOptions().setWaitForFlush(true);
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Segments segments;
    private final RocksDB db;
    private final ColumnFamilyHandle metadata;
    private final PositionFile position;
    private volatile Written written;
    private volatile SpoolPosition acknowledged;
    private volatile long appended;
    private long bytes;
    private boolean holding;
    private @Nullable Written held;
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

    private SpoolStore(Path directory, long maxBytes, String owner) throws RocksDBException, IOException {
        this.directory = directory;
        segments = new Segments(Math.min(maxBytes / 8, LARGEST_SEGMENT));
        options = new DBOptions()
                .setCreateIfMissing(true)
                .setMaxTotalWalSize(Math.max(maxBytes / 8, SMALLEST_LOG))
                .setDbWriteBufferSize(Math.max(maxBytes / 8, SMALLEST_LOG))
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(1)
                // A segment that is dropped while it is flushed leaves a file that only looking at the directory finds.
                .setDeleteObsoleteFilesPeriodMicros(0)
                .setMaxManifestFileSize(1 << 20);
        List<ColumnFamilyHandle> families = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, metadataOptions));
            descriptors.addAll(segments.descriptors(directory));
            position = new PositionFile(directory.resolve(POSITION));
            try {
                db = RocksDB.open(options, directory.toString(), descriptors, families);
            } catch (RocksDBException e) {
                position.close();
                throw e;
            }
        } catch (RuntimeException | RocksDBException | IOException e) {
            segments.close();
            closeOptions();
            throw e;
        }
        metadata = families.get(0);
        try {
            requireOwner(OWNER, owner);
            written = Written.decode(db.get(metadata, WRITTEN));
            appended = written.chunk;
            bytes = written.bytes;
            acknowledged = recover(families.subList(1, families.size()));
            requireFormat();
        } catch (RuntimeException | RocksDBException | IOException e) {
            families.forEach(ColumnFamilyHandle::close);
            close();
            throw e;
        }
    }

    /** Makes the directory if needed, and takes it for this process. */
    static SpoolStore open(Path directory, long maxBytes, String owner) {
        try {
            return new SpoolStore(directory, maxBytes, owner);
        } catch (RocksDBException e) {
            String reason = String.valueOf(e.getMessage());
            throw new SpoolException(
                    isLocked(e)
                            ? "The spool in %s is in use; give each instance its own name and subscribe to it once (%s)"
                                    .formatted(directory, reason)
                            : "The spool in %s cannot be opened: %s; %s".formatted(directory, reason, IF_FULL),
                    e);
        } catch (IOException e) {
            throw new SpoolException("The spool's directory %s cannot be used: %s".formatted(directory, e), e);
        }
    }

    /** Whether a store was not opened because it is open. */
    static boolean isInUse(Throwable failure) {
        return failure instanceof SpoolException
                && failure.getCause() instanceof RocksDBException cause
                && isLocked(cause);
    }

    private static boolean isLocked(RocksDBException failure) {
        String reason = String.valueOf(failure.getMessage());
        return LOCKED.stream().anyMatch(reason::contains);
    }

    /** Drops what has no end and what was acknowledged; returns where to go on. */
    private SpoolPosition recover(List<ColumnFamilyHandle> families) throws RocksDBException, IOException {
        ColumnFamilyHandle last = segments.opened(db, families, written.chunk, bytes);
        if (last != null) {
            db.deleteRange(last, cached, key(written.chunk + 1), key(Long.MAX_VALUE));
        }
        SpoolPosition known = position.read();
        // Numbers behind the whole are given again, so a position there must not come back after a power failure.
        SpoolPosition start = new SpoolPosition(Math.min(known.chunk(), written.chunk), known.commitLsn());
        position.write(start);
        position.force();
        segments.dropBetween(db, -1, start.chunk(), () -> {});
        return start;
    }

    /** Bytes in another format would be misread. Where none wait to be read, those to come have this one. */
    private void requireFormat() throws RocksDBException {
        byte[] known = db.get(metadata, FORMAT);
        byte[] format = String.valueOf(SignalCodec.FORMAT).getBytes(UTF_8);
        if (!Arrays.equals(known, format) && written.chunk > acknowledged.chunk()) {
            throw new SpoolException(
                    "The spool in %s holds transactions in format %s, which another version of the library has written; this version reads format %d. Subscribe with that version until all are acknowledged, or delete the directory if they may be lost"
                            .formatted(directory, known == null ? "1" : new String(known, UTF_8), SignalCodec.FORMAT),
                    null);
        }
        if (!Arrays.equals(known, format)) {
            db.put(metadata, forced, FORMAT, format);
        }
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

    /** The timeline that all transactions known here are on; 0 before the first. */
    int timeline() {
        return access(() -> {
            byte[] value = db.get(metadata, TIMELINE);
            return value == null ? 0 : ByteBuffer.wrap(value).getInt();
        });
    }

    /** What is appended from now on is on this timeline, as is what was. */
    void continueOn(int timeline) {
        access(() -> {
            db.put(
                    metadata,
                    forced,
                    TIMELINE,
                    ByteBuffer.allocate(Integer.BYTES).putInt(timeline).array());
            return true;
        });
    }

    /** The commit LSN of the last transaction that is whole or acknowledged; what is not after it is known. */
    Lsn lastKnown() {
        Lsn passed = acknowledged.commitLsn();
        return passed.isAfter(written.commitLsn()) ? passed : written.commitLsn();
    }

    Path directory() {
        return directory;
    }

    Written written() {
        return written;
    }

    /** The end of the acknowledged prefix. */
    SpoolPosition acknowledged() {
        return acknowledged;
    }

    /** The number of the last chunk that can be read, whole or not. */
    long appended() {
        return appended;
    }

    /** How many bytes are kept. By the writing thread. */
    long keptBytes() {
        return segments.bytesBehind(-1);
    }

    /** How many bytes are kept in segments without anything that is whole. By the writing thread. */
    long keptBytesBehindWritten() {
        return segments.bytesBehind(written.chunk);
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
                Written whole = null;
                long last = appended;
                for (int i = 0; i < chunks.size(); i++) {
                    byte[] chunk = chunks.get(i);
                    last++;
                    bytes += chunk.length;
                    batch.put(segments.add(db, last, chunk.length, bytes), key(last), chunk);
                    if (i + 1 == lastWhole) {
                        whole = new Written(last, commitLsn, bytes);
                    }
                }
                if (holding || whole == null) {
                    db.write(cached, batch);
                    held = whole == null ? held : whole;
                } else {
                    batch.put(metadata, WRITTEN, whole.encode());
                    db.write(forced, batch);
                    written = whole;
                }
                appended = last;
            }
            return true;
        });
    }

    /** From here on nothing that is appended counts as whole. */
    void hold() {
        holding = true;
    }

    /** What was held counts as whole, as far as it is. */
    void release() {
        holding = false;
        Written whole = held;
        held = null;
        if (whole != null) {
            access(() -> {
                // Chunks before the position may be gone.
                position.force();
                db.put(metadata, forced, WRITTEN, whole.encode());
                written = whole;
                return true;
            });
        }
    }

    /** The chunk, which must be within {@link #appended}. */
    byte[] read(long chunk) {
        return access(() -> {
            ColumnFamilyHandle segment = segments.holding(chunk);
            byte[] value = segment == null ? null : db.get(segment, key(chunk));
            if (value == null) {
                throw new SpoolException("The spool in %s has lost chunk %d".formatted(directory, chunk), null);
            }
            return value;
        });
    }

    /** Remembers how far was acknowledged; survives the process when this returns, but need not survive the machine. */
    void acknowledge(SpoolPosition end) {
        access(() -> {
            position.write(end);
            acknowledged = end;
            return true;
        });
    }

    /** Gives back the space of what was acknowledged. */
    void dropAcknowledged() {
        access(() -> {
            // After a power failure the position must not be before what there is.
            long last = acknowledged.chunk();
            if (segments.dropBetween(db, -1, last, position::force)) {
                releaseLog(last);
            }
            return true;
        });
    }

    /** Gives back the space of what is not whole, up to and with this chunk. */
    void dropUnfinished(long chunk) {
        access(() -> {
            if (segments.dropBetween(db, written.chunk, chunk, () -> {})) {
                releaseLog(chunk);
            }
            return true;
        });
    }

    /**
     * RocksDB lets go of its log only as a flush succeeds. That of a segment which is dropped meanwhile does not, and stands
     * in the way of later ones for lack of space; where consumers keep up, there is no other.
     */
    private void releaseLog(long dropped) throws RocksDBException {
        // A flush of nothing is none.
        db.put(metadata, cached, DROPPED, key(dropped));
        db.flush(flush, metadata);
    }

    private interface Access<T> {
        T run() throws RocksDBException, IOException;
    }

    private <T> T access(Access<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new SpoolException("The spool in %s is closed".formatted(directory), null);
            }
            return work.run();
        } catch (RocksDBException | IOException e) {
            throw new SpoolException(
                    "The spool in %s cannot be used: %s; %s".formatted(directory, e.getMessage(), IF_FULL), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static byte[] key(long chunk) {
        return ByteBuffer.allocate(Long.BYTES).putLong(chunk).array();
    }

    /** Their memory is native: no garbage collector frees it. */
    private void closeOptions() {
        forced.close();
        cached.close();
        flush.close();
        metadataOptions.close();
        options.close();
    }

    /** Idempotent. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                segments.close();
                metadata.close();
                db.close();
                closeOptions();
                position.close();
            }
        } catch (IOException e) {
            throw new SpoolException("The spool in %s cannot be closed: %s".formatted(directory, e), e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
