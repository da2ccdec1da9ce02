package io.walex.reactive.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTests {

    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void startEchoServer() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TcpProxy.daemon("echo", this::serve);
        proxy = TcpProxy.to("127.0.0.1", echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void forwardsBothWaysAndCountsConnections() throws IOException {
        try (Socket first = connect();
                Socket second = connect()) {
            assertThat(roundTrip(first, 1)).isEqualTo(1);
            assertThat(roundTrip(second, 2)).isEqualTo(2);
            assertThat(proxy.acceptedConnections()).isEqualTo(2);
            assertThat(proxy.openConnections()).isEqualTo(2);
        }

        await().until(() -> proxy.openConnections() == 0);
        assertThat(proxy.acceptedConnections()).isEqualTo(2);
    }

    @Test
    void pauseHoldsBytesBackUntilResume() throws IOException {
        try (Socket client = connect()) {
            roundTrip(client, 1);
            client.setSoTimeout(200);

            proxy.pause();
            client.getOutputStream().write(2);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            proxy.resume();

            client.setSoTimeout(30_000);
            assertThat(client.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void resetEndsConnectionsAbruptlyEvenWhilePaused() throws IOException {
        try (Socket client = connect()) {
            roundTrip(client, 1);
            proxy.pause();
            client.getOutputStream().write(2);

            proxy.reset();

            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
            await().until(() -> proxy.openConnections() == 0);
        }
    }

    @Test
    void refusesAndAcceptsAgainOnTheSamePort() throws IOException {
        try (Socket before = connect()) {
            roundTrip(before, 1);

            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertThat(roundTrip(before, 2)).isEqualTo(2);

            proxy.accept();
            try (Socket after = connect()) {
                assertThat(roundTrip(after, 3)).isEqualTo(3);
            }
        }
    }

    @Test
    void clientSeesItsConnectionEndWhenTheTargetIsGone() throws IOException {
        int unused;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = nobody.getLocalPort();
        }
        try (TcpProxy toNobody = TcpProxy.to("127.0.0.1", unused);
                Socket client = new Socket(toNobody.host(), toNobody.port())) {
            client.setSoTimeout(30_000);

            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(proxy.host(), proxy.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static int roundTrip(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                TcpProxy.daemon("echo-one", () -> echoAll(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void echoAll(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // the client was reset
        }
    }
}
