package io.walex.reactive.testsupport;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One client's connection through the proxy: two sockets, one thread for each direction. */
final class ProxiedConnection {

    private static final int BUFFER = 64 * 1024;

    private final Socket client;
    private final Socket server;
    private final Gate gate;
    private final Consumer<ProxiedConnection> onEnd;
    private final AtomicInteger openDirections = new AtomicInteger(2);

    ProxiedConnection(Socket client, Socket server, Gate gate, Consumer<ProxiedConnection> onEnd) {
        this.client = client;
        this.server = server;
        this.gate = gate;
        this.onEnd = onEnd;
    }

    void start() {
        TcpProxy.daemon("proxy-up", () -> pump(client, server));
        TcpProxy.daemon("proxy-down", () -> pump(server, client));
    }

    void reset() {
        abort(client);
        abort(server);
        gate.nudge();
    }

    void garble() {
        try {
            client.getOutputStream().write("x".repeat(100).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            reset();
        }
    }

    /** Closing a socket that does not linger sends RST instead of FIN. */
    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // already closed
        }
        TcpProxy.closeQuietly(socket);
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            int read;
            while ((read = from.getInputStream().read(buffer)) >= 0) {
                gate.pass(() -> !from.isClosed());
                to.getOutputStream().write(buffer, 0, read);
            }
            gate.pass(() -> !from.isClosed());
            to.shutdownOutput();
        } catch (IOException e) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
        if (openDirections.decrementAndGet() == 0) {
            TcpProxy.closeQuietly(client);
            TcpProxy.closeQuietly(server);
            onEnd.accept(this);
        }
    }
}
