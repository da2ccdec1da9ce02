package io.walex.reactive.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The frames of one captured transaction, in direct buffers like those of a connection. */
final class CapturedFrames {

    private CapturedFrames() {}

    static List<ByteBuf> of(Workload workload) {
        InputStream resource = CapturedFrames.class.getResourceAsStream(workload.resource());
        try (DataInputStream in = new DataInputStream(Objects.requireNonNull(resource, workload.resource()))) {
            List<ByteBuf> frames = new ArrayList<>();
            while (in.available() > 0) {
                int length = in.readInt();
                frames.add(PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(in.readNBytes(length)));
            }
            return frames;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
