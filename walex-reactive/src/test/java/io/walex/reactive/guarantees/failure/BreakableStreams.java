package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.util.retry.Retry;

/** Streams through a proxy that breaks their connection on request. */
abstract class BreakableStreams {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    final Seen<Integer> received = new Seen<>();
    final List<ConnectionState> states = new CopyOnWriteArrayList<>();
    TcpProxy proxy;

    @BeforeEach
    void createSlotBehindProxy() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        proxy = TcpProxy.to(postgres.server());
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    final WalExConfig.Builder config() {
        return streams.config()
                .host(proxy.host())
                .port(proxy.port())
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    /** Soon asks after a server that is silent, and gives one that is there the time to answer. */
    final WalExConfig.Builder attentive() {
        return config().livenessTimeout(Duration.ofSeconds(2)).connectTimeout(Duration.ofSeconds(5));
    }

    /** Returns when the slot is in place. */
    final WalEx start(WalExConfig.Builder config) {
        WalEx walEx = streams.create(config);
        walEx.states().subscribe(states::add);
        streams.start(walEx.changes().map(BreakableStreams::id), received);
        walEx.awaitStreaming().block(PATIENCE);
        return walEx;
    }

    static Integer id(Event event) {
        return event.newRecord().get("id", Integer.class);
    }

    final void insert(int from, int to) {
        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(" + from + ", " + to + ") i");
    }

    /** From one on, without loss or repetition. */
    final void awaitReceived(int last) {
        received.awaitAll(IntStream.rangeClosed(1, last).boxed().toList());
    }

    final boolean isReconnecting() {
        return states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting);
    }

    final void cutAt(Event event, Integer... ids) {
        if (List.of(ids).contains(event.newRecord().get("id"))) {
            proxy.reset();
        }
    }
}
