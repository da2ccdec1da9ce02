package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@link TransactionAssembler} and what it makes of frames. */
abstract class AssembledTransactions {

    TransactionAssembler assembler = assembler(TwoPhase.AT_COMMIT);

    static TransactionAssembler assembler(TwoPhase twoPhase) {
        return assembler(twoPhase, false);
    }

    static TransactionAssembler assembler(TwoPhase twoPhase, boolean messages) {
        return new TransactionAssembler(
                new StreamIdentity("test", "1", "db"),
                (schema, table) -> true,
                TypeSource.of(TypeRegistry.builtIn()),
                new TransactionAssembler.Spill(Path.of("unused"), 1 << 20),
                twoPhase,
                false,
                messages);
    }

    final List<TransactionSignal> take(Frames... messages) {
        return take(0, messages);
    }

    final List<TransactionSignal> take(long walStart, Frames... messages) {
        List<TransactionSignal> signals = new ArrayList<>();
        for (Frames message : messages) {
            for (TransactionSignal signal = assembler.next(message.buffer(), walStart, 0);
                    signal != null;
                    signal = assembler.queued()) {
                signals.add(signal);
            }
        }
        return signals;
    }

    final void assertRefused(String reason, Frames message) {
        assertThatThrownBy(() -> take(message))
                .isInstanceOf(PgOutputDecodingException.class)
                .hasMessageContaining(reason);
    }

    static List<Map<String, Object>> rows(List<TransactionSignal> signals) {
        return signals.stream()
                .filter(Event.class::isInstance)
                .map(event -> ((Event) event).newRecord().asMap())
                .toList();
    }

    static List<String> positions(List<TransactionSignal> signals) {
        return signals.stream()
                .filter(Event.class::isInstance)
                .map(Event.class::cast)
                .map(event -> event.type() + " " + event.position())
                .toList();
    }
}
