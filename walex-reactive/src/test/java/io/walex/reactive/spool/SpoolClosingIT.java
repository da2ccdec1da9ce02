package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How a spool ends, and where the next subscription goes on. */
class SpoolClosingIT extends SpooledStreams {

    @Test
    void aNewSubscriptionStartsBehindWhatWasAcknowledged() {
        List<String> seen = new CopyOnWriteArrayList<>();
        for (int i = 1; i <= 6; i++) {
            postgres.execute("INSERT INTO keyed VALUES (" + i + ")");
        }

        // Takes two, acknowledges the first of them.
        spooled()
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(seen::add).thenReturn(transaction), 0)
                .take(2)
                .doOnNext(transaction -> {
                    if (seen.size() == 1) {
                        transaction.acknowledge();
                    }
                })
                .delayUntil(transaction -> Mono.delay(Duration.ofMillis(300)))
                .blockLast(PATIENCE);
        assertThat(seen).containsExactly("1", "2");
        postgres.awaitSlotInactive("walex");

        List<String> again = spooled()
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(id -> transaction.acknowledge()), 0)
                .take(5)
                .collectList()
                .block(PATIENCE);
        assertThat(again).containsExactly("2", "3", "4", "5", "6");
    }

    /** Nobody waits for the end of a subscription that was cancelled. */
    @Test
    void waitsForTheSubscriptionThatWasCancelledBeforeIt() {
        postgres.execute("INSERT INTO keyed SELECT i FROM generate_series(1, 10) i");
        WalEx walex = spooled();

        for (int i = 0; i < 10; i++) {
            List<String> ids = walex.changes()
                    .take(2)
                    .map(event -> event.newRecord().getText("id"))
                    .collectList()
                    .block(PATIENCE);
            assertThat(ids).containsExactly("1", "2");
            postgres.awaitSlotInactive("walex");
        }
    }

    /** So that another process can take it, or it can be deleted. */
    @Test
    void isClosedWhenItsInstanceIs() {
        postgres.execute("INSERT INTO keyed SELECT i FROM generate_series(1, 10) i");

        for (int i = 0; i < 10; i++) {
            WalEx walex = spooled();
            walex.changes().take(2).blockLast(PATIENCE);
            walex.closeGracefully().block(PATIENCE);

            SpoolStore.open(directory.resolve(postgres.name()), 1 << 20, postgres.name() + "/walex")
                    .close();
        }
    }

    /** In the midst of a flow, of which only what is in hand may come again. */
    @Test
    void whatAGracefulCloseCutsOffComesToTheNextSubscription() {
        WalEx walex = spooled();
        Mono<List<String>> first = idsUntil(walex, "none").cache();
        streams.add(first.subscribe());
        postgres.awaitSlotActive("walex");
        for (int i = 1; i <= 100; i++) {
            postgres.execute("INSERT INTO keyed VALUES (" + i + ")");
        }

        walex.closeGracefully().block(PATIENCE);
        postgres.execute("INSERT INTO keyed VALUES (101)");

        List<String> ids = new ArrayList<>(first.block(PATIENCE));
        List<String> rest = idsUntil(spooled(), "101").block(PATIENCE);
        if (!ids.isEmpty() && ids.get(ids.size() - 1).equals(rest.get(0))) {
            ids.remove(ids.size() - 1);
        }
        ids.addAll(rest);
        assertThat(ids)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 101).mapToObj(String::valueOf).toList());
    }

    private static Mono<List<String>> idsUntil(WalEx walex, String last) {
        return walex.changes()
                .map(event -> event.newRecord().getText("id"))
                .takeUntil(last::equals)
                .collectList();
    }
}
