package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What {@link SignalCodec} keeps of snapshots. Texts have their length before them: they may hold anything. */
final class SliceBytes {

    private SliceBytes() {}

    static void write(SnapshotSlice slice, ByteBuf target) {
        text(slice.snapshot(), target);
        text(slice.schema(), target);
        text(slice.table(), target);
        target.writeLong(slice.id()).writeBoolean(slice.fromStart());
        String progress = slice.progress();
        target.writeBoolean(progress != null);
        if (progress != null) {
            text(progress, target);
        }
    }

    static SnapshotSlice readSlice(ByteBuf source) {
        return new SnapshotSlice(
                text(source), text(source), text(source), source.readLong(), source.readBoolean(), progress(source));
    }

    private static @Nullable String progress(ByteBuf source) {
        return source.readBoolean() ? text(source) : null;
    }

    static void write(SnapshotSummary summary, ByteBuf target) {
        text(summary.snapshot(), target);
        target.writeLong(summary.rows()).writeLong(summary.bytes()).writeInt(summary.attempt());
    }

    static SnapshotSummary readSummary(ByteBuf source) {
        return new SnapshotSummary(text(source), source.readLong(), source.readLong(), source.readInt());
    }

    private static void text(String value, ByteBuf target) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        target.writeInt(bytes.length).writeBytes(bytes);
    }

    private static String text(ByteBuf source) {
        return source.readCharSequence(source.readInt(), StandardCharsets.UTF_8).toString();
    }
}
