package io.walex.reactive.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.event.TypeSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Transactions of logical messages, as the assembler yields them. */
final class Signals {

    private final TransactionAssembler assembler = new TransactionAssembler(
            new StreamIdentity("test", "0", "db"),
            (schema, table) -> true,
            new BuiltInTypes(),
            new TransactionAssembler.Spill(Path.of("unused"), 1 << 20),
            TwoPhase.AT_COMMIT,
            false,
            true);

    /** A transaction that commits at this LSN, ends 8 bytes later, and holds so many events. */
    List<TransactionSignal> transaction(long commitLsn, int events) {
        List<TransactionSignal> signals = new ArrayList<>();
        take(begin(commitLsn), signals);
        for (int i = 0; i < events; i++) {
            take(message(commitLsn + i, "event " + i), signals);
        }
        take(commit(commitLsn), signals);
        return signals;
    }

    private void take(ByteBuf message, List<TransactionSignal> signals) {
        for (TransactionSignal signal = assembler.next(message, 0, 0); signal != null; signal = assembler.queued()) {
            signals.add(signal);
        }
    }

    static ByteBuf begin(long commitLsn) {
        return Unpooled.buffer()
                .writeByte('B')
                .writeLong(commitLsn)
                .writeLong(0)
                .writeInt((int) commitLsn);
    }

    static ByteBuf message(long lsn, String prefix) {
        return Unpooled.buffer()
                .writeByte('M')
                .writeByte(1)
                .writeLong(lsn)
                .writeBytes(prefix.getBytes(StandardCharsets.UTF_8))
                .writeByte(0)
                .writeInt(0);
    }

    static ByteBuf commit(long commitLsn) {
        return Unpooled.buffer()
                .writeByte('C')
                .writeByte(0)
                .writeLong(commitLsn)
                .writeLong(commitLsn + 8)
                .writeLong(0);
    }

    private static final class BuiltInTypes implements TypeSource {

        @Override
        public TypeRegistry types() {
            return TypeRegistry.builtIn();
        }

        @Override
        public boolean isReadAfter(int xid) {
            return true;
        }

        @Override
        public void refresh(Runnable done) {
            done.run();
        }
    }
}
