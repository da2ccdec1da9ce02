package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * Reads the answer to a {@link PipelinedRequest} in front of the driver, until the server has answered each part of it,
 * whether well or not: then the connection is as it was before.
 */
final class PipelinedAnswer extends ByteToMessageDecoder {

    private static final int LENGTH_OFFSET = 1;

    /** The server builds a message in one allocation, which is of less than a gigabyte. */
    private static final int LONGEST = (1 << 30) + Integer.BYTES;

    private final PipelinedRequest request;
    private final RowFrames rows;
    private final Runnable tooMuch;
    private final MonoSink<PipelinedRequest.Answer> sink;
    private final List<List<List<@Nullable String>>> texts = new ArrayList<>();
    private @Nullable ServerError error;
    private boolean wanted = true;
    private boolean ended;

    /** @param tooMuch is told once when no more rows are wanted */
    PipelinedAnswer(
            PipelinedRequest request, RowFrames rows, Runnable tooMuch, MonoSink<PipelinedRequest.Answer> sink) {
        this.request = request;
        this.rows = rows;
        this.tooMuch = tooMuch;
        this.sink = sink;
        texts.add(new ArrayList<>());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        while (!ended && isWhole(in, in.readerIndex())) {
            if (in.getByte(in.readerIndex()) == 'D' && request.hasRows(texts.size() - 1)) {
                rows(in);
            } else {
                message(ctx, in);
            }
        }
    }

    private static boolean isWhole(ByteBuf in, int start) {
        int readable = in.writerIndex() - start;
        return readable >= RowFrames.HEADER_SIZE && readable - LENGTH_OFFSET >= length(in, start);
    }

    private static int length(ByteBuf in, int start) {
        int length = in.getInt(start + LENGTH_OFFSET);
        if (length < Integer.BYTES || length > LONGEST) {
            throw new CorruptedFrameException("A message of the server has the length " + length);
        }
        return length;
    }

    /** As many rows at once as have come: they are small. */
    private void rows(ByteBuf in) {
        int start = in.readerIndex();
        int end = start;
        while (isWhole(in, end) && in.getByte(end) == 'D') {
            end += LENGTH_OFFSET + length(in, end);
        }
        if (wanted && !rows.take(in, end - start)) {
            wanted = false;
            tooMuch.run();
        }
        in.readerIndex(end);
    }

    private void message(ChannelHandlerContext ctx, ByteBuf in) {
        byte type = in.readByte();
        ByteBuf content = in.readSlice(in.readInt() - Integer.BYTES);
        switch (type) {
            case 'D' -> texts.get(texts.size() - 1).add(SimpleQuery.nullableColumns(content));
            case 'E' -> failed(ServerError.read(content));
            case 'Z' -> answered(ctx);
            default -> {
                // Descriptions, tags and notices say nothing that the rows do not.
            }
        }
    }

    /** The first is the reason for those that follow. */
    private void failed(ServerError said) {
        if (error == null) {
            error = said;
        }
    }

    private void answered(ChannelHandlerContext ctx) {
        if (texts.size() < request.size()) {
            texts.add(new ArrayList<>());
            return;
        }
        ended = true;
        ctx.pipeline().remove(this);
        if (error != null) {
            sink.error(error);
        } else {
            sink.success(new PipelinedRequest.Answer(texts));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        // A FATAL error is the last word: nothing but the end follows it.
        sink.error(error != null ? error : new EOFException("The server closed the connection"));
        super.channelInactive(ctx);
    }

    /** What cannot be understood, or a network that failed. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        sink.error(cause);
        ctx.close();
    }
}
