package io.walex.reactive.testsupport;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The streams of one test. They end with the test method, before its {@code @AfterEach}, which may close the proxy or drop
 * the database that they use.
 *
 * <pre>{@code
 * @RegisterExtension
 * final StreamFixture streams = StreamFixture.on(postgres);
 *
 * Seen<Object> ids = streams.start(WalEx.changes(streams.config().build()).map(event -> event.newRecord().get("id")));
 * postgres.execute("INSERT INTO todo VALUES (1)");
 * ids.await(1);
 * }</pre>
 */
public final class StreamFixture implements AfterTestExecutionCallback {

    /** How long a test waits for what an idle machine does at once. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** The slot of {@link #config()}. */
    public static final String SLOT = "walex";

    private final Supplier<TestDatabase> database;
    private final List<WalEx> instances = new CopyOnWriteArrayList<>();
    private final List<Disposable> running = new CopyOnWriteArrayList<>();

    private StreamFixture(Supplier<TestDatabase> database) {
        this.database = database;
    }

    public static StreamFixture on(TestDatabase database) {
        return on(() -> database);
    }

    /** Of a database that is made after the fixture. */
    public static StreamFixture on(Supplier<TestDatabase> database) {
        return new StreamFixture(database);
    }

    /** Publication {@code events}, durable slot {@link #SLOT}, and a name that no other test has. */
    public WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.get().url())
                .name(database.get().name())
                .publication("events")
                .slot(SlotSpec.durable(SLOT))
                .statusInterval(Duration.ofMillis(100));
    }

    /** An instance that is closed with the test. */
    public WalEx create(WalExConfig.Builder config) {
        return create(config.build());
    }

    /** An instance that is closed with the test. */
    public WalEx create(WalExConfig config) {
        WalEx walEx = WalEx.create(config);
        instances.add(walEx);
        return walEx;
    }

    /** Subscribes. */
    public <T> Seen<T> start(Flux<T> stream) {
        Seen<T> seen = new Seen<>();
        start(stream, seen);
        return seen;
    }

    /** Subscribes, for one who looks at what several streams have seen. */
    public <T> Disposable start(Flux<? extends T> stream, Seen<T> seen) {
        return add(stream.subscribe(seen::add, seen::fail));
    }

    /** Has the test's end dispose of it. */
    public Disposable add(Disposable stream) {
        running.add(stream);
        return stream;
    }

    /** Cancels the streams now. */
    public void stop() {
        running.forEach(Disposable::dispose);
    }

    /** What the server may forget. */
    public Lsn confirmed() {
        return Objects.requireNonNull(database.get().slot(SLOT).orElseThrow().confirmedFlushLsn());
    }

    /** Waits until the server may forget what lies before. */
    public void awaitConfirmed(Lsn lsn) {
        database.get()
                .slots()
                .await(SLOT, slot -> slot.confirmedFlushLsn() != null && !lsn.isAfter(slot.confirmedFlushLsn()));
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        stop();
        Mono.when(instances.stream().map(WalEx::closeGracefully).toList()).block(PATIENCE);
    }
}
