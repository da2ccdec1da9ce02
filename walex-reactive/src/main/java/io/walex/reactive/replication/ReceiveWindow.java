package io.walex.reactive.replication;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps small what a server on this machine may send ahead of the reads, so that its kernel joins what it sends.
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

    /** The kernel doubles it for its own needs, and gives about half of that as the window. */
    private static final int NARROW = 16 << 10;

    /** What most kernels allow. The window becomes no wider than 64 KiB: that would have to be agreed on at the start. */
    private static final int WIDE = 200 << 10;

    private static final int WIDEST_WINDOW = 64 << 10;

    private static final boolean MEASURED = System.getProperty("os.name").startsWith("Linux");

    private final Predicate<SocketAddress> near;
    private @Nullable ChannelHandlerContext context;
    private int size;

    ReceiveWindow() {
        this(ReceiveWindow::isNear);
    }

    ReceiveWindow(Predicate<SocketAddress> near) {
        this.near = near;
    }

    /** About how many bytes a full window is; 0 where the kernel decides. */
    int size() {
        return size;
    }

    /** Lets more be sent ahead, where messages are so large that they need no joining. */
    void widen() {
        if (context != null && size == NARROW) {
            context.channel().config().setOption(ChannelOption.SO_RCVBUF, WIDE);
            size = WIDEST_WINDOW;
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (near.test(remote)) {
            ctx.channel().config().setOption(ChannelOption.SO_RCVBUF, NARROW);
            size = NARROW;
        }
        ctx.connect(remote, local, promise);
    }

    static boolean isNear(SocketAddress address) {
        if (!MEASURED || !(address instanceof InetSocketAddress internet) || internet.isUnresolved()) {
            return false;
        }
        try {
            return internet.getAddress().isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(internet.getAddress()) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
