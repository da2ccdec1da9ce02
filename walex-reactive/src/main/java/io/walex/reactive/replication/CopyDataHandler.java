package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import io.walex.reactive.server.ServerError;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes the CopyData frames of a replication stream out of the driver's pipeline and keeps them, as undivided bytes,
 * until they are pulled. Every other frame goes on to the driver in its place, but for notices and what ends a running copy
 * badly: these are told to the listener, and the driver is told that the copy is over, since its own handling of a broken
 * copy drops errors and reports them as its bugs.
 *
 * <p>The driver hands replication data through several queues that are bounded in frames and drained by whichever thread
 * signals demand. Here there is one buffer, one thread, and back-pressure by not reading: while unwanted frames wait, or
 * {@link ReadPacing} pauses, a {@code read()} is held and {@code autoRead} is off, so the socket fills and the walsender
 * blocks. Reactor Netty's own use of {@code autoRead} stays as it is: only what was on is switched on again.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">Message formats</a>
 */
final class CopyDataHandler extends ChannelDuplexHandler {

    private static final byte COPY_DATA = 'd';
    private static final byte COPY_BOTH = 'W';
    private static final byte COPY_DONE = 'c';
    private static final byte ERROR = 'E';
    private static final byte NOTICE = 'N';
    private static final byte READY_FOR_QUERY = 'Z';

    private final Listener listener;
    private final FrameBuffer frames = new FrameBuffer();
    private final HeldReads reads = new HeldReads(frames);

    private @Nullable ChannelHandlerContext context;
    private boolean discarding;
    private boolean copying;

    CopyDataHandler(Listener listener) {
        this.listener = listener;
    }

    /** Stands in front of the driver's frame decoder from now on. */
    void installIn(ChannelPipeline pipeline) {
        String decoder = pipeline.context(LengthFieldBasedFrameDecoder.class).name();
        pipeline.addBefore(decoder, "walex.copyData", this);
        SslHandler tls = pipeline.get(SslHandler.class);
        if (tls != null) {
            // Else it keeps what it has decrypted for 16 reads, in a buffer that grows to megabytes.
            tls.setDiscardAfterReads(1);
        }
    }

    /** Told on the event loop. */
    interface Listener {

        /** So many bytes came in: frames may be ready. */
        void onReadable(int bytes);

        /** The server ended its side of the copy, or is ready for another command after it. */
        void onCopyEnd(boolean readyForQuery);

        /** The server ended the copy with an error. */
        void onServerError(ServerError error);

        /** The server says something that does not end the copy. */
        void onNotice(ServerError notice);

        /** Reading or writing failed; the channel is about to close. */
        void onBroken(IOException cause);

        /** What the server sends can no longer be understood; the channel is about to close. */
        void onCorrupted(CorruptedFrameException wrong);

        /** The channel is closed; nothing more comes. */
        void onClosed();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        reads.start(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        frames.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int count = bytes.readableBytes();
        reads.received(count);
        frames.add(bytes, ctx.alloc());
        if (discarding) {
            while (nextCopyData() != null) {
                endFrame();
            }
        }
        listener.onReadable(count);
        // Other frames behind the last wanted one must reach the driver even when nothing is wanted.
        advanceToCopyData();
        // Now, not when a turn of up to 16 reads is complete: rows may be large.
        reads.holdAutoRead(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        frames.release();
        listener.onClosed();
        if (copying) {
            endCopyForDriver(ctx);
        }
        ctx.fireChannelInactive();
    }

    /** Of a running copy, the listener is told: the driver would report an error that it has nobody to tell of. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // TLS tells what it cannot decode in a DecoderException.
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (copying && reason instanceof IOException broken) {
            listener.onBroken(broken);
            ctx.close();
        } else if (copying && cause instanceof CorruptedFrameException wrong) {
            listener.onCorrupted(wrong);
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reads.turnComplete(ctx, copying);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        reads.read(ctx);
    }

    /** Says whether CopyData is wanted now; lets a held read go when it is. */
    void want(boolean now) {
        reads.want(now);
    }

    /** Whether what the server sends is read: always but while frames wait that nobody wants. */
    boolean isReading() {
        return reads.isReading();
    }

    /** Drops all CopyData from here on, and reads to the end of the copy. */
    void discard() {
        discarding = true;
        want(true);
        while (nextCopyData() != null) {
            endFrame();
        }
    }

    /**
     * Returns the buffer, readable exactly from the next CopyData's content to its end, or null when no whole frame has
     * come. {@link #endFrame()} must follow before the next call.
     */
    @Nullable
    ByteBuf nextCopyData() {
        return advanceToCopyData() ? frames.open() : null;
    }

    /** The first byte of what {@link #nextCopyData()} would return; {@link FrameBuffer#NONE} when there is none. */
    int nextMessageType() {
        return advanceToCopyData() ? frames.nextContentType() : FrameBuffer.NONE;
    }

    /** Moves past the frame that {@link #nextCopyData()} returned. */
    void endFrame() {
        frames.close();
    }

    /** Passes on the frames before the next CopyData; returns whether that has come whole. */
    private boolean advanceToCopyData() {
        int type = frames.nextType();
        while (type != FrameBuffer.NONE && type != COPY_DATA) {
            passOn((byte) type, frames.take());
            type = frames.nextType();
        }
        return type == COPY_DATA;
    }

    private void passOn(byte type, ByteBuf frame) {
        if (copying && (type == ERROR || type == NOTICE)) {
            report(frame, type);
        } else {
            copying = type == COPY_BOTH || copying && type != READY_FOR_QUERY;
            context().fireChannelRead(frame);
        }
        if (type == COPY_DONE || type == READY_FOR_QUERY) {
            listener.onCopyEnd(type == READY_FOR_QUERY);
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "bytes come through a pipeline");
    }

    private void report(ByteBuf frame, byte type) {
        try {
            ServerError sent = ServerError.read(frame.skipBytes(FrameBuffer.HEADER_SIZE));
            if (type == ERROR) {
                listener.onServerError(sent);
            } else {
                listener.onNotice(sent);
            }
        } finally {
            frame.release();
        }
    }

    /** CopyDone, CommandComplete and ReadyForQuery, as if the server had ended the copy in good order. */
    private static void endCopyForDriver(ChannelHandlerContext ctx) {
        byte[] tag = {'C', 'O', 'P', 'Y', ' ', '0', 0};
        ctx.fireChannelRead(ctx.alloc()
                .buffer()
                .writeByte(COPY_DONE)
                .writeInt(Integer.BYTES)
                .writeByte('C')
                .writeInt(Integer.BYTES + tag.length)
                .writeBytes(tag)
                .writeByte(READY_FOR_QUERY)
                .writeInt(Integer.BYTES + 1)
                .writeByte('I'));
    }
}
