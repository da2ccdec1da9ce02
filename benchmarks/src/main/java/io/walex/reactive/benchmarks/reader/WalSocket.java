package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The least that reads a replication stream: a blocking socket, a buffer, and the protocol's framing. */
final class WalSocket implements AutoCloseable {

    private static final int PROTOCOL_3 = 196608;
    private static final int HEADER = 5;
    private static final byte XLOG_DATA = 'w';
    private static final int XLOG_HEADER = 25;
    private static final int BUFFER = 256 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final DataOutputStream out;
    private byte[] buffer = new byte[BUFFER];
    private ByteBuffer view = ByteBuffer.wrap(buffer);
    private int from;
    private int to;

    WalSocket(String host, int port) throws IOException {
        socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /** Connects, with trust authentication, and starts replication: CopyData is what comes next. */
    static WalSocket stream(Target target) throws IOException {
        WalSocket socket = new WalSocket(target.host(), target.port());
        socket.startUp(target.username(), target.database());
        socket.query("START_REPLICATION SLOT %s LOGICAL 0/0 (proto_version '1', publication_names '%s')"
                .formatted(target.slot(), target.publication()));
        socket.skipTo('W');
        return socket;
    }

    private void startUp(String user, String database) throws IOException {
        byte[] parameters = "user\0%s\0database\0%s\0replication\0database\0\0"
                .formatted(user, database)
                .getBytes(StandardCharsets.UTF_8);
        out.writeInt(2 * Integer.BYTES + parameters.length);
        out.writeInt(PROTOCOL_3);
        out.write(parameters);
        out.flush();
        skipTo('Z');
    }

    private void query(String command) throws IOException {
        byte[] text = (command + '\0').getBytes(StandardCharsets.UTF_8);
        out.writeByte('Q');
        out.writeInt(Integer.BYTES + text.length);
        out.write(text);
        out.flush();
    }

    private void skipTo(char wanted) throws IOException {
        char type;
        do {
            while (!hasFrame()) {
                fill();
            }
            type = (char) buffer[from];
            if (type == 'E') {
                throw new IOException(new String(buffer, from + HEADER, length(), StandardCharsets.UTF_8));
            }
            skip();
        } while (type != wanted);
    }

    /** Reads what is there, and waits when nothing is. */
    void fill() throws IOException {
        if (from == to) {
            from = to = 0;
        } else if (to == buffer.length) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
            if (to == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
                view = ByteBuffer.wrap(buffer);
            }
        }
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) {
            throw new EOFException("The server closed the connection");
        }
        to += read;
    }

    boolean hasFrame() {
        return to - from >= HEADER && to - from > length();
    }

    private int length() {
        return view.getInt(from + 1);
    }

    /** Moves past a frame, counting it when it holds a message. */
    void count(RawCounter counter) {
        if (buffer[from + HEADER] == XLOG_DATA) {
            counter.message(view, from + HEADER + XLOG_HEADER);
        }
        skip();
    }

    /** Moves past a frame, writing it out as it came unless it is a keepalive. */
    void copy(OutputStream frames, RawCounter counter) throws IOException {
        if (buffer[from + HEADER] == XLOG_DATA) {
            frames.write(buffer, from, 1 + length());
        }
        count(counter);
    }

    private void skip() {
        from += 1 + length();
    }

    /** Keeps the server from dropping us. */
    void sendStatus() throws IOException {
        out.writeByte('d');
        out.writeInt(Integer.BYTES + 1 + 4 * Long.BYTES + 1);
        out.writeByte('r');
        for (int i = 0; i < 4; i++) {
            out.writeLong(0);
        }
        out.writeByte(0);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
