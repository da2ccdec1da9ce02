package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.StreamListener;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Source;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryCountsTests {

    private final List<String> told = new ArrayList<>();
    private final Signals signals = new Signals();
    private final DeliveryCounts counts = new DeliveryCounts(7, new StreamListener() {
        @Override
        public void onEvents(int subscription, EventType type, Source source, long events) {
            told.add(subscription + ": " + events + " " + type);
        }

        @Override
        public void onTransaction(int subscription, long events, Instant committedAt) {
            told.add(subscription + ": transaction of " + events);
        }
    });

    private void pass(List<TransactionSignal> transaction) {
        for (TransactionSignal signal : transaction) {
            if (signal instanceof TransactionSignal.Begin begin) {
                counts.begin(begin);
            } else if (signal instanceof Event event) {
                counts.event(event);
            } else if (signal instanceof TransactionSignal.End end) {
                counts.end(end);
            }
        }
    }

    @Test
    void tellsEventsInBulkAndThenTheirTransaction() {
        pass(signals.transaction(10, 3));

        assertThat(told).containsExactly("7: 3 MESSAGE", "7: transaction of 3");
        assertThat(counts.events()).isEqualTo(3);
        assertThat(counts.transactions()).isEqualTo(1);
        assertThat(counts.delivered()).isEqualTo(Lsn.of(18));
        assertThat(counts.lastCommit()).isEqualTo("2000-01-01T00:00:00Z");
    }

    @Test
    void tellsOfALargeTransactionBeforeItEnds() {
        List<TransactionSignal> large = signals.transaction(10, 2500);
        pass(large.subList(0, large.size() - 1));

        assertThat(told).containsExactly("7: 1000 MESSAGE", "7: 1000 MESSAGE");
    }

    @Test
    void countsNoTransactionWithoutEvents() {
        pass(signals.transaction(10, 0));

        assertThat(told).isEmpty();
        assertThat(counts.transactions()).isZero();
        assertThat(counts.lastCommit()).isNull();
        assertThat(counts.delivered()).isEqualTo(Lsn.of(18));
    }

    /** The rest of a transaction may never come, behind a gap. */
    @Test
    void countsEventsOfATransactionThatIsCut() {
        List<TransactionSignal> cut = signals.transaction(10, 3);
        pass(cut.subList(0, 3));
        pass(signals.transaction(20, 1));

        assertThat(told).containsExactly("7: 2 MESSAGE", "7: 1 MESSAGE", "7: transaction of 1");
        assertThat(counts.events()).isEqualTo(3);
    }
}
