package io.walex.reactive.replication;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Gives a connection to this very machine a small receive window. A window that is soon full makes the sending side put
 * its messages together while {@link ReadPacing} pauses; a large one takes them in one packet each, however many they are.
 * Without a network between, it holds nothing up. It must be set before the connection is made: a window that shrinks
 * later stalls.
 */
final class LoopbackWindow extends ChannelOutboundHandlerAdapter {

    private static final int BYTES = 16 << 10;

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (remote instanceof InetSocketAddress address
                && address.getAddress() != null
                && address.getAddress().isLoopbackAddress()) {
            ctx.channel().config().setOption(ChannelOption.SO_RCVBUF, BYTES);
        }
        ctx.pipeline().remove(this);
        ctx.connect(remote, local, promise);
    }
}
