package io.walex.reactive.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/**
 * Closes a connection that broke, without a word to the driver: it would log an error for what whoever uses the connection is
 * told and mends.
 */
final class BrokenQuietly extends ChannelInboundHandlerAdapter {

    static final String NAME = "walex.broken";

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
