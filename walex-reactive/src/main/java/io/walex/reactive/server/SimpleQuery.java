package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One command on an idle replication connection, answered here in front of the driver, which has no call for it.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY">Simple query</a>
 */
public final class SimpleQuery extends ByteToMessageDecoder {

    private static final int LENGTH_OFFSET = 1;
    private static final int HEADER_SIZE = 5;

    private final MonoSink<List<List<String>>> sink;
    private final List<List<String>> rows = new ArrayList<>();
    private @Nullable ServerError error;

    private SimpleQuery(MonoSink<List<List<String>>> sink) {
        this.sink = sink;
    }

    /** Sends the command when subscribed; gives the rows, each as the text of its columns. */
    public static Mono<List<List<String>>> run(Channel channel, String command) {
        return Mono.create(sink -> channel.eventLoop().execute(() -> {
            String driver = channel.pipeline()
                    .context(LengthFieldBasedFrameDecoder.class)
                    .name();
            channel.pipeline().addBefore(driver, "walex.query", new SimpleQuery(sink));
            byte[] sql = command.getBytes(StandardCharsets.UTF_8);
            channel.writeAndFlush(channel.alloc()
                    .buffer()
                    .writeByte('Q')
                    .writeInt(Integer.BYTES + sql.length + 1)
                    .writeBytes(sql)
                    .writeByte(0));
        }));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEADER_SIZE
                || in.readableBytes() - LENGTH_OFFSET < in.getInt(in.readerIndex() + LENGTH_OFFSET)) {
            return;
        }
        byte type = in.readByte();
        ByteBuf content = in.readSlice(in.readInt() - Integer.BYTES);
        switch (type) {
            case 'D' -> rows.add(columns(content));
            case 'E' -> error = ServerError.read(content);
            case 'Z' -> end(ctx);
            default -> {
                // Descriptions, tags and notices say nothing that the rows do not.
            }
        }
    }

    private static List<String> columns(ByteBuf row) {
        return nullableColumns(row).stream()
                .map(column -> column == null ? "" : column)
                .toList();
    }

    /** The texts of a DataRow, after its length. */
    static List<@Nullable String> nullableColumns(ByteBuf row) {
        int count = row.readShort();
        List<@Nullable String> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = row.readInt();
            columns.add(
                    length < 0
                            ? null
                            : row.readCharSequence(length, StandardCharsets.UTF_8)
                                    .toString());
        }
        return columns;
    }

    private void end(ChannelHandlerContext ctx) {
        ctx.pipeline().remove(this);
        if (error != null) {
            sink.error(error);
        } else {
            sink.success(rows);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        // A FATAL error is the last word: nothing but the end follows it.
        sink.error(error != null ? error : new EOFException("The server closed the connection"));
        super.channelInactive(ctx);
    }
}
