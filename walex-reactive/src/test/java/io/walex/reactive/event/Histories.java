package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Frames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * Sequences of messages as a server could send them: ordinary, streamed and prepared transactions, interleaved, with
 * aborted parts. A row tells the transaction and the subtransaction that wrote it.
 */
final class Histories {

    private static final int TEXT = 25;
    private static final int FIRST_XID = 100;

    private final IntUnaryOperator choose;
    private final boolean twoPhase;
    private final List<Frames> history = new ArrayList<>();

    /** What each transaction in progress sends next, in blocks that nothing comes between. */
    private final List<Deque<Supplier<List<Frames>>>> running = new ArrayList<>();

    private long lsn = 100;
    private long messages;
    private int xid = FIRST_XID;

    /**
     * Makes sequences.
     *
     * @param choose gives one of the numbers below its argument
     */
    Histories(IntUnaryOperator choose, boolean twoPhase) {
        this.choose = choose;
        this.twoPhase = twoPhase;
    }

    private boolean maybe() {
        return choose.applyAsInt(2) == 1;
    }

    List<Frames> next() {
        for (int left = 1 + choose.applyAsInt(8); left > 0 || !running.isEmpty(); ) {
            if (left > 0 && (running.isEmpty() || maybe())) {
                left--;
                start();
            } else {
                Deque<Supplier<List<Frames>>> one = running.get(choose.applyAsInt(running.size()));
                history.addAll(one.removeFirst().get());
                running.removeIf(Deque::isEmpty);
            }
        }
        return history;
    }

    private void start() {
        xid += 10;
        Deque<Supplier<List<Frames>>> blocks = new ArrayDeque<>();
        int top = xid;
        if (maybe()) {
            streamed(top, blocks);
        } else if (twoPhase && maybe()) {
            blocks.add(() -> whole(top, "g" + top));
            blocks.add(() -> List.of(outcome(top)));
        } else {
            blocks.add(() -> whole(top, null));
        }
        running.add(blocks);
    }

    private List<Frames> whole(int top, String gid) {
        long end = lsn += 10;
        List<Frames> messages = new ArrayList<>();
        messages.add(
                gid == null
                        ? Frames.message('B').int64(end).int64(0).int32(top)
                        : Frames.message('b')
                                .int64(end)
                                .int64(end + 8)
                                .int64(0)
                                .int32(top)
                                .string(gid));
        if (maybe()) {
            messages.add(Frames.message('O').int64(5).string("origin"));
        }
        messages.add(relation());
        for (int i = choose.applyAsInt(3); i >= 0; i--) {
            messages.add(change(top + "/" + top));
        }
        messages.add(
                gid == null
                        ? Frames.message('C').int8(0).int64(end).int64(end + 8).int64(0)
                        : end('P', end, top));
        return messages;
    }

    private Frames outcome(int top) {
        long at = lsn += 10;
        return maybe()
                ? end('K', at, top)
                : Frames.message('r')
                        .int8(0)
                        .int64(at - 8)
                        .int64(at)
                        .int64(0)
                        .int64(0)
                        .int32(top)
                        .string("g" + top);
    }

    /** Of the messages that end a part of a two-phase transaction, all but the rollback are alike. */
    private static Frames end(char type, long at, int top) {
        return Frames.message(type)
                .int8(0)
                .int64(at)
                .int64(at + 8)
                .int64(0)
                .int32(top)
                .string("g" + top);
    }

    private void streamed(int top, Deque<Supplier<List<Frames>>> blocks) {
        for (int i = 0, count = 1 + choose.applyAsInt(3); i < count; i++) {
            boolean first = i == 0;
            blocks.add(() -> block(top, first));
            if (maybe()) {
                int aborted = top + 1 + choose.applyAsInt(3);
                blocks.add(() -> List.of(Frames.message('A').int32(top).int32(aborted)));
            }
        }
        if (choose.applyAsInt(4) == 0) {
            blocks.add(() -> List.of(Frames.message('A').int32(top).int32(top)));
        } else if (twoPhase && maybe()) {
            blocks.add(() -> List.of(end('p', lsn += 10, top)));
            blocks.add(() -> List.of(outcome(top)));
        } else {
            blocks.add(() -> {
                long at = lsn += 10;
                return List.of(Frames.message('c')
                        .int32(top)
                        .int8(0)
                        .int64(at)
                        .int64(at + 8)
                        .int64(0));
            });
        }
    }

    private List<Frames> block(int top, boolean first) {
        List<Frames> messages = new ArrayList<>();
        messages.add(Frames.message('S').int32(top).int8(first ? 1 : 0));
        messages.add(relation().withXid(top));
        for (int i = choose.applyAsInt(4); i > 0; i--) {
            int writer = top + choose.applyAsInt(4);
            messages.add(change(top + "/" + writer).withXid(writer));
        }
        messages.add(Frames.message('E'));
        return messages;
    }

    private Frames relation() {
        return Frames.message('R')
                .int32(1)
                .string("public")
                .string("t")
                .letter('d')
                .int16(1)
                .int8(0)
                .string("writer")
                .int32(TEXT)
                .int32(-1);
    }

    private Frames change(String writer) {
        return switch (choose.applyAsInt(6)) {
            case 0 -> Frames.message('T').int32(1).int8(0).int32(1);
            case 1 ->
                Frames.message('M')
                        .int8(1)
                        .int64(++messages)
                        .string("prefix")
                        .int32(1)
                        .int8(0);
            default -> Frames.message('I').int32(1).letter('N').columns(1).text(writer);
        };
    }
}
