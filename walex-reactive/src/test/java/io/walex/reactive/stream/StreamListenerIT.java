package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.StreamListener;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Source;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.util.retry.Retry;

/** A listener hears of all that streams do, in counts. */
class StreamListenerIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private final Meters meters = new Meters();

    @BeforeEach
    void createSlot() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE TABLE tag (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private static final class Meters implements StreamListener {

        final LongAdder bytes = new LongAdder();
        final LongAdder acknowledged = new LongAdder();
        final List<String> delivered = new CopyOnWriteArrayList<>();
        final List<Instant> commits = new CopyOnWriteArrayList<>();
        final List<String> states = new CopyOnWriteArrayList<>();
        volatile Lsn until = Lsn.INVALID;

        @Override
        public void onBytes(int subscription, long count) {
            bytes.add(count);
        }

        @Override
        public void onEvents(int subscription, EventType type, Source source, long events) {
            delivered.add(events + " " + type.jsonName() + " " + source.table());
        }

        @Override
        public void onTransaction(int subscription, long events, Instant committedAt) {
            delivered.add("transaction of " + events);
            commits.add(committedAt);
        }

        @Override
        public void onAcknowledged(int subscription, long transactions, Lsn lsn) {
            acknowledged.add(transactions);
            until = lsn;
        }

        @Override
        public void onStreaming(int subscription, String slot) {
            states.add(subscription + " streams from " + slot);
        }

        @Override
        public void onReconnecting(int subscription, Throwable because) {
            states.add(subscription + " reconnects");
        }

        @Override
        public void onPaused(int subscription) {
            states.add(subscription + " is paused");
        }

        @Override
        public void onContinued(int subscription) {
            states.add(subscription + " goes on");
        }

        @Override
        public void onStopped(int subscription, @Nullable Throwable because) {
            states.add(subscription + " stopped");
        }
    }

    private WalExConfig.Builder config(StreamListener listener) {
        return streams.config().listener(listener).retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    @Test
    void isToldCountsInBulk() {
        WalEx walEx = streams.create(config(meters));
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        postgres.executeInTransaction(
                "INSERT INTO todo SELECT generate_series(1, 3)", "INSERT INTO tag VALUES (1)", "DELETE FROM todo");
        postgres.execute("INSERT INTO todo VALUES (4)");

        await().atMost(PATIENCE).until(() -> meters.acknowledged.sum() == 2);
        assertThat(meters.delivered)
                .containsExactly(
                        "3 insert todo",
                        "1 insert tag",
                        "3 delete todo",
                        "transaction of 7",
                        "1 insert todo",
                        "transaction of 1");
        assertThat(meters.commits)
                .containsExactly(
                        seen.all().get(0).timestamp(), seen.all().get(7).timestamp());
        assertThat(meters.until).isGreaterThan(seen.all().get(7).lsn());
        await().atMost(PATIENCE)
                .until(() -> meters.bytes.sum()
                        == walEx.subscriptions().get(0).counts().bytes());
    }

    @Test
    void isToldStatesInTheirOrder() {
        WalEx walEx = streams.create(config(meters));
        Disposable first = streams.add(walEx.changes().subscribe());
        walEx.awaitStreaming().block(PATIENCE);
        walEx.pause();
        await().atMost(PATIENCE).until(() -> meters.states.contains("1 is paused"));
        walEx.resume();
        await().atMost(PATIENCE).until(() -> meters.states.contains("1 goes on"));
        postgres.terminateWalsenders("walex");
        await().atMost(PATIENCE).until(() -> meters.states.size() >= 5);
        first.dispose();

        await().atMost(PATIENCE).until(() -> meters.states.contains("1 stopped"));
        assertThat(meters.states)
                .startsWith("1 streams from walex", "1 is paused", "1 goes on", "1 reconnects")
                .endsWith("1 streams from walex", "1 stopped");
    }

    @Test
    void whatItThrowsIsLoggedOnceAndEndsNoStream() {
        StreamListener broken = new StreamListener() {
            @Override
            public void onTransaction(int subscription, long events, Instant committedAt) {
                throw new IllegalStateException("no such meter");
            }
        };
        WalEx walEx = streams.create(config(broken));
        try (LogLines log = LogLines.capture("io.walex.reactive.stream.GuardedListener")) {
            Seen<Object> seen =
                    streams.start(walEx.changes().map(event -> event.newRecord().get("id")));
            walEx.awaitStreaming().block(PATIENCE);
            postgres.execute(
                    "INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)", "INSERT INTO todo VALUES (3)");
            seen.await(1, 2, 3);

            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .contains("StreamListenerIT")
                    .contains("goes on");
        }
    }
}
