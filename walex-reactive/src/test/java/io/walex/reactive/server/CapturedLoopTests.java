package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

class CapturedLoopTests {

    private final LoopResources loop = LoopResources.create("test", 1, true);
    private final CapturedLoop captured = new CapturedLoop(loop, Duration.ofSeconds(7));

    @AfterEach
    void dispose() {
        loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
    }

    private SocketChannel channel(boolean useNative) {
        EventLoopGroup group = loop.onClient(useNative);
        SocketChannel channel = captured.onChannel(SocketChannel.class, group);
        group.register(channel).syncUninterruptibly();
        return channel;
    }

    @Test
    void kernelWatchesOverAPeerThatMayNotBeRead() {
        assumeThat(Epoll.isAvailable()).isTrue();

        SocketChannel channel = channel(true);

        assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                .isEqualTo(7_000);
        assertThat(captured.channel()).isSameAs(channel);
        channel.close();
    }

    /** The driver resolves host names on the loop too, by channels to name servers. */
    @Test
    void remembersTheConnectionAndNotTheResolversChannels() {
        SocketChannel connection = channel(false);
        captured.onChannel(DatagramChannel.class, loop.onClient(false));

        assertThat(captured.channel()).isSameAs(connection);
        connection.close();
    }

    @Test
    void transportsThatCannotDoSoWorkAsWell() {
        SocketChannel channel = channel(false);

        assertThat(channel.config().getOption(ChannelOption.TCP_NODELAY)).isNotNull();
        channel.close();
    }
}
