package io.walex.reactive.benchmarks.server;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Passes connections on to the server, but answers START_REPLICATION itself, with frames from a file as fast as they are
 * taken: what a reader can do when no walsender limits it.
 */
public final class ReplayProxy implements AutoCloseable {

    private static final byte[] COPY_BOTH = {'W', 0, 0, 0, 7, 0, 0, 0};
    private static final byte[] COPY_ENDED = {
        'c', 0, 0, 0, 4, 'C', 0, 0, 0, 11, 'C', 'O', 'P', 'Y', ' ', '0', 0, 'Z', 0, 0, 0, 5, 'I'
    };

    private static final int ENCRYPTION_REQUEST = 8;
    private static final int BUFFER = 1 << 18;

    private final ServerSocket listener;
    private final int serverPort;
    private final Path frames;

    private ReplayProxy(ServerSocket listener, int serverPort, Path frames) {
        this.listener = listener;
        this.serverPort = serverPort;
        this.frames = frames;
    }

    public static ReplayProxy start(int serverPort, Path frames) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            ReplayProxy proxy = new ReplayProxy(listener, serverPort, frames);
            daemon(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            daemon(() -> serve(client, server));
            daemon(() -> server.getInputStream().transferTo(client.getOutputStream()));
        }
    }

    private void serve(Socket client, Socket server) throws IOException {
        try (client;
                server) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(server.getOutputStream());
            passStartUp(in, out);
            boolean replaying = false;
            for (int type = in.read(); type >= 0; type = in.read()) {
                byte[] content = in.readNBytes(in.readInt() - Integer.BYTES);
                if (type == 'Q' && new String(content, StandardCharsets.UTF_8).startsWith("START_REPLICATION")) {
                    replaying = true;
                    daemon(() -> replay(client));
                } else if (!replaying) {
                    out.write(frame(type, content));
                } else if (type == 'c') {
                    replaying = false;
                    client.getOutputStream().write(COPY_ENDED);
                }
            }
        }
    }

    /** What comes first has no type; requests for encryption, which the server refuses, may come before it. */
    private static void passStartUp(DataInputStream in, DataOutputStream out) throws IOException {
        int length;
        do {
            length = in.readInt();
            out.write(ByteBuffer.allocate(length)
                    .putInt(length)
                    .put(in.readNBytes(length - Integer.BYTES))
                    .array());
        } while (length == ENCRYPTION_REQUEST);
    }

    private static byte[] frame(int type, byte[] content) {
        return ByteBuffer.allocate(1 + Integer.BYTES + content.length)
                .put((byte) type)
                .putInt(Integer.BYTES + content.length)
                .put(content)
                .array();
    }

    private void replay(Socket client) throws IOException {
        client.getOutputStream().write(COPY_BOTH);
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[BUFFER];
        try (InputStream file = Files.newInputStream(frames)) {
            for (int length = file.read(buffer); length > 0; length = file.read(buffer)) {
                out.write(buffer, 0, length);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Connections break when a reader has had enough; that ends their threads. */
    private static void daemon(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException ended) {
                        // Nobody waits for more.
                    }
                },
                "replay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
