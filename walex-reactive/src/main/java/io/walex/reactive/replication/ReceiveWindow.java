package io.walex.reactive.replication;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps small what a server behind the loopback interface may send ahead of the reads, so that its kernel joins what it
 * sends.
 *
 * <p>A walsender hands each message to the kernel by itself. One that finds the receiver's window open becomes a packet,
 * with its acknowledgement and the wake-ups of both sides, in the walsender's own time; one that finds it closed is
 * appended to what waits, for a third of that. So while {@link WindowPacing} leaves a backlog alone, the window had better
 * be full. Where the way is longer, a small window limits what comes through it; there the kernel decides, as it does on
 * other systems than Linux, where none of this was measured.
 *
 * <p>Set before connecting, and never made smaller: a sender cuts packets to half of the largest window that it has seen,
 * and sends none that does not fit, so that a window that shrinks can stop it until a timer has it try.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1122#page-98">RFC 1122, 4.2.3.4: When to Send Data</a>
 */
final class ReceiveWindow extends ChannelOutboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveWindow.class);

    /** The kernel doubles it for its own needs, and gives about half of that as the window. */
    static final int NARROW = 16 << 10;

    /** What most kernels allow. The window becomes no wider than 64 KiB: that would have to be agreed on at the start. */
    private static final int WIDE = 200 << 10;

    /** A message that is a packet of its own needs no joining. */
    private static final int LARGE = 1 << 10;

    /** So many are looked at, to tell what most are like. */
    private static final int SAMPLE = 256;

    private static final boolean MEASURED = System.getProperty("os.name").startsWith("Linux");

    private final Predicate<SocketAddress> near;
    private @Nullable ChannelHandlerContext context;
    private int size;
    private int messages;
    private int largeMessages;

    ReceiveWindow() {
        this(ReceiveWindow::isNear);
    }

    ReceiveWindow(Predicate<SocketAddress> near) {
        this.near = near;
    }

    /** Whether it is set here; otherwise the kernel decides. */
    boolean isSet() {
        return size > 0;
    }

    /** About two windows. */
    int quota() {
        return size == NARROW ? 2 * NARROW : 8 * NARROW;
    }

    /** A message of so many bytes came. Where most are so large that they need no joining, more may be sent ahead. */
    void message(int bytes) {
        if (size != NARROW) {
            return;
        }
        messages++;
        if (bytes >= LARGE) {
            largeMessages++;
        }
        if (messages == SAMPLE) {
            if (largeMessages > SAMPLE / 2) {
                widen();
            }
            messages = 0;
            largeMessages = 0;
        }
    }

    private void widen() {
        if (context != null) {
            set(context, WIDE);
        }
    }

    private void set(ChannelHandlerContext ctx, int bytes) {
        try {
            ctx.channel().config().setOption(ChannelOption.SO_RCVBUF, bytes);
            size = bytes;
        } catch (ChannelException e) {
            // The channel was closed just now, which is told otherwise; and a window is not worth a connection.
            LOG.debug("The receive buffer was left as it is", e);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (near.test(remote)) {
            set(ctx, NARROW);
        }
        ctx.connect(remote, local, promise);
    }

    static boolean isNear(SocketAddress address) {
        return MEASURED
                && address instanceof InetSocketAddress internet
                && !internet.isUnresolved()
                && internet.getAddress().isLoopbackAddress();
    }
}
