package io.walex.reactive.guarantees.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Sinks;

/**
 * The server may send a transaction in one form, and after a reconnect in another: nothing of it is lost or doubled.
 */
class ChangedFormsIT extends TransactionForms {

    @ParameterizedTest
    @CsvSource({"ON, 64kB, 1GB", "ON, 1GB, 64kB", "PARALLEL, 64kB, 1GB", "PARALLEL, 1GB, 64kB"})
    void rolledBackMessageLosesAndDoublesNoRow(Streaming streaming, String from, String to) {
        assumeKnown(streaming);
        createSlot("walex", false);
        postgres.executeInTransaction(
                "SAVEPOINT s",
                emit("rolled back"),
                fill("other", 1),
                "ROLLBACK TO s",
                "INSERT INTO todo SELECT i, repeat('x', 200) FROM generate_series(1, 2000) i");
        postgres.execute("INSERT INTO todo VALUES (0)");

        List<String> received = new Paused(500).readAcross(config("walex").streaming(streaming), from, to);

        List<String> expected = new ArrayList<>(IntStream.rangeClosed(1, 2000)
                .mapToObj(id -> "INSERT todo " + id)
                .toList());
        expected.add(LAST);
        assertThat(received)
                .extracting(event -> event.substring(event.indexOf(' ') + 1))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Streaming.class)
    void transactionsGoOnInAnotherFormAgainAndAgain(Streaming streaming) {
        assumeKnown(streaming);
        createSlot("whole", false);
        createSlot("walex", false);
        write();
        List<String> expected = read(config("whole"));

        List<String> received =
                new Paused(23).readAcross(config("walex").streaming(streaming), SMALL_MEMORY, LARGE_MEMORY);

        assertThat(received).isEqualTo(expected);
    }

    private static void assumeKnown(Streaming streaming) {
        assumeThat(new Form("", false, config -> config.streaming(streaming)).isKnown())
                .isTrue();
    }

    /** Pauses after every few events, for the connection to break and the server to send in the other form. */
    private final class Paused extends BaseSubscriber<Event> {

        private final List<String> received = Collections.synchronizedList(new ArrayList<>());
        private final Sinks.Many<Integer> pauses = Sinks.many().unicast().onBackpressureBuffer();
        private final int demand;

        private Paused(int demand) {
            this.demand = demand;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(demand);
        }

        @Override
        protected void hookOnNext(Event event) {
            received.add(placed(event));
            if (describe(event).equals(LAST)) {
                cancel();
                pauses.tryEmitComplete();
            } else if (received.size() % demand == 0) {
                pauses.tryEmitNext(received.size());
            }
        }

        @Override
        protected void hookOnError(Throwable error) {
            pauses.tryEmitError(error);
        }

        /** At each pause the server's memory for decoding becomes the one or the other, and the connection breaks. */
        private List<String> readAcross(WalExConfig.Builder config, String first, String second) {
            setDecodingMemory(first);
            WalEx.changes(config.build()).subscribe(this);
            List<String> limits = new ArrayList<>(List.of(second, first));
            for (int ignored : pauses.asFlux().toIterable()) {
                setDecodingMemory(limits.get(0));
                Collections.rotate(limits, 1);
                proxy.reset();
                postgres.terminateWalsenders(config.build().slot() instanceof SlotSpec.Durable slot ? slot.name() : "");
                request(demand);
            }
            return received;
        }
    }
}
