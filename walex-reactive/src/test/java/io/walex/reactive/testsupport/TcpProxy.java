package io.walex.reactive.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network between client and server that fails on request. Listens on a free loopback port and forwards to one target.
 * All methods may be called from any thread; each acts on every connection.
 */
public final class TcpProxy implements AutoCloseable {

    private volatile InetSocketAddress target;
    private final int port;
    private final Gate gate = new Gate();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private @Nullable Listener listener;

    private TcpProxy(InetSocketAddress target) {
        this.target = target;
        this.port = listen(0);
    }

    public static TcpProxy to(String host, int port) {
        return new TcpProxy(new InetSocketAddress(host, port));
    }

    public static TcpProxy to(PostgresServer server) {
        return to(server.host(), server.port());
    }

    public String host() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    public int port() {
        return port;
    }

    /** How many connections were accepted since the start. */
    public int acceptedConnections() {
        return accepted.get();
    }

    public int openConnections() {
        return connections.size();
    }

    /** Leads to another server from now on, as an address does that moved; resets open connections. */
    public void switchTo(PostgresServer server) {
        target = new InetSocketAddress(server.host(), server.port());
        reset();
    }

    /** Holds back every byte in both directions; connections stay open, and new ones are accepted but get no answer. */
    public void pause() {
        gate.shut();
    }

    /** Forwards again, first what was held back. */
    public void resume() {
        gate.open();
    }

    /** Ends every open connection with a TCP reset to both sides. */
    public void reset() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Sends clients of open connections what is neither PostgreSQL's protocol nor TLS. */
    public void garble() {
        connections.forEach(ProxiedConnection::garble);
    }

    /** Refuses new connections; open ones stay. */
    public synchronized void refuse() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    /** Takes new connections again, on the same port. */
    public synchronized void accept() {
        if (listener == null) {
            listen(port);
        }
    }

    @Override
    public void close() {
        refuse();
        reset();
        gate.open();
    }

    private int listen(int onPort) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort));
            listener = new Listener(socket, daemon("proxy-accept", () -> acceptAll(socket)));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on port " + onPort, e);
        }
    }

    private void acceptAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                forward(socket.accept());
            } catch (IOException e) {
                // the listener was closed, or the target does not answer: the client sees its connection end
            }
        }
    }

    private void forward(Socket client) throws IOException {
        accepted.incrementAndGet();
        Socket server = new Socket();
        try {
            server.connect(target);
        } catch (IOException e) {
            closeQuietly(client);
            throw e;
        }
        ProxiedConnection connection = new ProxiedConnection(client, server, gate, connections::remove);
        connections.add(connection);
        connection.start();
    }

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is gone either way
        }
    }

    private record Listener(ServerSocket socket, Thread acceptor) {

        /** The kernel listens on until the thread that waits for connections has let go of the socket. */
        void close() {
            closeQuietly(socket);
            try {
                acceptor.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
