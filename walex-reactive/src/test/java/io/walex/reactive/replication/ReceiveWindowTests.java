package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveWindowTests {

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server = new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();

    @AfterEach
    void close() {
        loop.shutdownGracefully();
    }

    private Channel connect(ReceiveWindow window) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(window)
                .connect(server.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static void receive(ReceiveWindow window, int bytes) {
        for (int i = 0; i < 1_000; i++) {
            window.message(bytes);
        }
    }

    private static int buffer(Channel channel) {
        return channel.config().getOption(ChannelOption.SO_RCVBUF);
    }

    @Test
    void isNarrowWhereTheServerIsNear() {
        ReceiveWindow window = new ReceiveWindow(near -> true);

        Channel channel = connect(window);

        assertThat(window.isSet()).isTrue();
        assertThat(buffer(channel)).isLessThanOrEqualTo(32 << 10);
    }

    @Test
    void isTheKernelsWhereTheServerIsFar() {
        ReceiveWindow window = new ReceiveWindow(near -> false);

        Channel channel = connect(window);
        receive(window, 5_000);

        assertThat(window.isSet()).isFalse();
        assertThat(buffer(channel)).isGreaterThan(32 << 10);
    }

    @Test
    void widensWhereMostMessagesAreLarge() {
        ReceiveWindow window = new ReceiveWindow(near -> true);
        Channel channel = connect(window);
        for (int i = 0; i < 10_000; i++) {
            window.message(i % 2 == 0 ? 100 : 1_000_000);
        }
        assertThat(window.quota()).isEqualTo(32 << 10);

        receive(window, 5_000);

        assertThat(window.quota()).isEqualTo(128 << 10);
        assertThat(buffer(channel)).isGreaterThanOrEqualTo(200 << 10);
    }

    @Test
    void doesNotMindAChannelThatIsClosed() {
        ReceiveWindow window = new ReceiveWindow(near -> true);
        Channel channel = connect(window);
        channel.close().syncUninterruptibly();

        receive(window, 5_000);

        assertThat(window.quota()).isEqualTo(32 << 10);
    }

    @Test
    void nearIsWhatIsBehindTheLoopbackInterface() throws Exception {
        assumeThat(System.getProperty("os.name")).startsWith("Linux");

        assertThat(ReceiveWindow.isNear(at("127.0.0.1"))).isTrue();
        assertThat(ReceiveWindow.isNear(at("127.1.2.3"))).isTrue();
        assertThat(ReceiveWindow.isNear(at("::1"))).isTrue();
        assertThat(ReceiveWindow.isNear(at("192.0.2.1"))).isFalse();
        assertThat(ReceiveWindow.isNear(at("2001:db8::1"))).isFalse();
        assertThat(ReceiveWindow.isNear(InetSocketAddress.createUnresolved("db.example.com", 5432)))
                .isFalse();
    }

    private static SocketAddress at(String address) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(address), 5432);
    }
}
