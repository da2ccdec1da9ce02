package io.walex.reactive.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * Loop resources that remember the connection's channel: the one way to a driver connection's pipeline. The channels of the
 * driver's name resolver, by which it asks name servers, are not it.
 */
public final class CapturedLoop implements LoopResources {

    /** Of Netty's epoll transport, by its name, since not every platform has the class; others leave it out. */
    private static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT");

    private final LoopResources loop;
    private final Duration silence;
    private volatile @Nullable Channel channel;

    /**
     * Uses another's loops.
     *
     * @param silence how long a peer may leave what was sent to it unacknowledged, where the kernel can watch that: the
     *     only way to notice that it is gone while nothing may be read
     */
    CapturedLoop(LoopResources loop, Duration silence) {
        this.loop = loop;
        this.silence = silence;
    }

    /** The channel of the connection that was made through this. */
    public Channel channel() {
        Channel made = channel;
        if (made == null) {
            throw new IllegalStateException("No connection was made through these loop resources");
        }
        return made;
    }

    /** Null before a channel was made. */
    @Nullable
    Channel made() {
        return channel;
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup group) {
        C made = loop.onChannel(channelType, group);
        if (made instanceof SocketChannel) {
            made.config().setOption(TCP_USER_TIMEOUT, (int) Math.min(silence.toMillis(), Integer.MAX_VALUE));
        }
        if (!(made instanceof DatagramChannel)) {
            channel = made;
        }
        return made;
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> channelType, EventLoopGroup group) {
        return loop.onChannelClass(channelType, group);
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return loop.onServer(useNative);
    }

    @Override
    public EventLoopGroup onServerSelect(boolean useNative) {
        return loop.onServerSelect(useNative);
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return loop.onClient(useNative);
    }

    @Override
    public boolean daemon() {
        return loop.daemon();
    }

    @Override
    public boolean isDisposed() {
        return loop.isDisposed();
    }

    @Override
    public void dispose() {
        loop.dispose();
    }

    @Override
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        return loop.disposeLater(quietPeriod, timeout);
    }
}
