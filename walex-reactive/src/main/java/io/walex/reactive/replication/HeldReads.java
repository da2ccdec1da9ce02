package io.walex.reactive.replication;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the socket is read. While frames wait that nobody wants, or {@link ReadPacing} pauses, a {@code read()} is
 * held and {@code autoRead} is off, so the socket fills and the walsender blocks. Only what was on is switched on again:
 * Reactor Netty uses {@code autoRead} too.
 *
 * <p>Confined to the event loop.
 */
final class HeldReads {

    private final FrameBuffer frames;
    private final ReadPacing pacing = new ReadPacing();

    private @Nullable ChannelHandlerContext context;
    private boolean wanted = true;
    private boolean pausing;
    /** The socket is read no more before this turn is complete. */
    private boolean turnOver;

    private boolean readHeld;
    private boolean autoReadHeld;

    /**
     * Holds nothing yet.
     *
     * @param frames what waits there counts as waiting
     */
    HeldReads(FrameBuffer frames) {
        this.frames = frames;
    }

    /** Holds the reads of this handler's channel from now on. */
    void start(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Says whether CopyData is wanted now; lets a held read go when it is. */
    void want(boolean now) {
        wanted = now;
        letGo();
    }

    /** Whether what the server sends is read: always but while frames wait that nobody wants. */
    boolean isReading() {
        return wanted || frames.nextType() == FrameBuffer.NONE;
    }

    /** Reads the socket, now or when nothing holds it. */
    void read(ChannelHandlerContext ctx) {
        if (isHeld()) {
            readHeld = true;
        } else {
            ctx.read();
        }
    }

    /** Bytes were read; they are in the buffer next. */
    void received(int bytes) {
        turnOver = pacing.read(bytes);
    }

    /** Switches autoRead off when reads are held: with it on, Netty does not ask before it reads. */
    void holdAutoRead(ChannelHandlerContext ctx) {
        ChannelConfig config = ctx.channel().config();
        if (isHeld() && config.isAutoRead()) {
            autoReadHeld = true;
            config.setAutoRead(false);
        }
    }

    /**
     * A turn of reading is complete; a pause may follow.
     *
     * @param copying whether a copy runs: answers to commands are no backlog
     */
    void turnComplete(ChannelHandlerContext ctx, boolean copying) {
        turnOver = false;
        long pause =
                pacing.pauseAfterRead(!isCutOff(ctx), ctx.executor().ticker().nanoTime());
        if (pause > 0 && copying && !pausing) {
            pausing = true;
            ctx.executor().schedule(this::endPause, pause, TimeUnit.NANOSECONDS);
        }
        holdAutoRead(ctx);
        letGo();
    }

    /** Whether the last read of the socket filled its buffer, so that more waits. */
    private static boolean isCutOff(ChannelHandlerContext ctx) {
        var reads = ctx.channel().unsafe().recvBufAllocHandle();
        return reads.lastBytesRead() > 0 && reads.lastBytesRead() == reads.attemptedBytesRead();
    }

    private void endPause() {
        pausing = false;
        letGo();
    }

    private boolean isHeld() {
        return pausing || turnOver || !isReading();
    }

    private void letGo() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !readHeld && !autoReadHeld || isHeld()) {
            return;
        }
        if (autoReadHeld) {
            autoReadHeld = false;
            ctx.channel().config().setAutoRead(true);
        }
        if (readHeld) {
            readHeld = false;
            ctx.read();
        }
    }
}
