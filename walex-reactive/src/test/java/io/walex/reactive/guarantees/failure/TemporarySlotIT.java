package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.SlotLostException;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.event.Gap;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.Seen;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a subscriber notices when its temporary slot goes with the connection. */
class TemporarySlotIT extends BreakableStreams {

    @Test
    void lostTemporarySlotIsAnError() {
        WalEx temporary = WalEx.create(config().slot(SlotSpec.temporary()).build());

        StepVerifier.create(temporary.changes())
                .then(() -> temporary.awaitStreaming().block(PATIENCE))
                .then(proxy::reset)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(SlotLostException.class)
                        .hasMessageContainingAll("changes since", "SlotSpec.durable(name)"))
                .verify(PATIENCE);
        postgres.execute("SELECT pg_drop_replication_slot('walex')");
        postgres.awaitNoSlots();
    }

    @Test
    void lostTemporarySlotIsAGapWhereThatWasChosen() {
        Seen<Object> seen = new Seen<>();
        WalEx walEx = streams.create(config().slot(SlotSpec.temporary().resumeWithGap(seen::add)));
        walEx.states().subscribe(states::add);
        streams.start(walEx.changes().map(BreakableStreams::id), seen);
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 1);
        await().until(() -> seen.contains(1));

        proxy.refuse();
        proxy.reset();
        insert(2, 2);
        proxy.accept();
        await().atMost(PATIENCE).until(() -> seen.size() == 2);
        insert(3, 3);
        await().atMost(PATIENCE).until(() -> seen.contains(3));

        assertThat(seen.all().get(1)).isInstanceOfSatisfying(Gap.class, gap -> {
            assertThat(gap.until()).isGreaterThan(gap.after());
            assertThat(gap.because()).isInstanceOf(ConnectionLostException.class);
        });
        assertThat(seen.all()).hasSize(3).startsWith(1).endsWith(3);
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Resumed))
                .hasSize(1);
    }

    @Test
    void gapFailsTheTransactionThatItCuts() {
        WalEx walEx = streams.create(config().slot(SlotSpec.temporary().resumeWithGap(gap -> {})));
        Seen<Object> seen = streams.start(walEx.transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event -> cutAt(event, 100))
                                .count()
                                .<Object>map(count -> count)
                                .doOnNext(count -> transaction.acknowledge())
                                .onErrorResume(Mono::just),
                        0));
        walEx.awaitStreaming().block(PATIENCE);
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        await().atMost(PATIENCE).until(() -> seen.size() == 1);
        insert(30_001, 30_002);
        await().atMost(PATIENCE).until(() -> seen.size() == 2);

        assertThat(seen.all().get(0)).isInstanceOf(TransactionAbandonedException.class);
        assertThat(seen.all().get(1)).isEqualTo(2L);
    }
}
