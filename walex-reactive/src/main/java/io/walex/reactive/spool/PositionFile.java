package io.walex.reactive.spool;

import io.walex.reactive.pgoutput.Lsn;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The acknowledged position in a file of its own. A write is one system call into the page cache: it survives the process
 * at once and waits for no disk, so acknowledging can be done on the event loop. In the store it would queue behind the
 * writes that are forced.
 *
 * <p>Not a {@code FileChannel}, which an interrupt of the acknowledging thread would close.
 */
final class PositionFile implements AutoCloseable {

    private static final int SIZE = 2 * Long.BYTES;

    private final RandomAccessFile file;

    PositionFile(Path path) throws IOException {
        file = new RandomAccessFile(path.toFile(), "rw");
    }

    SpoolPosition read() throws IOException {
        if (file.length() < SIZE) {
            return SpoolPosition.START;
        }
        file.seek(0);
        return new SpoolPosition(file.readLong(), Lsn.of(file.readLong()));
    }

    void write(SpoolPosition position) throws IOException {
        byte[] bytes = ByteBuffer.allocate(SIZE)
                .putLong(position.chunk())
                .putLong(position.commitLsn().value())
                .array();
        file.seek(0);
        file.write(bytes);
    }

    /** Survives the machine as well. */
    void force() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
