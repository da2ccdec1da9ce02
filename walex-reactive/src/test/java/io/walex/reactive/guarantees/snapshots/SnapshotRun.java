package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Tables whose every state is known, and a stream with their snapshot that is compared with it. */
final class SnapshotRun {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRun.class);

    private volatile TestDatabase database;
    private final ShadowLog expected;
    private final SnapshotOracle oracle;
    private final List<ShadowedTable> tables;
    private volatile @Nullable Throwable failure;

    SnapshotRun(TestDatabase database, List<ShadowedTable> tables) {
        this.database = database;
        this.tables = tables;
        expected = new ShadowLog(tables);
        oracle = new SnapshotOracle(tables, expected);
    }

    /** Makes the tables and a publication of them, and a slot from when there was nothing else than what is read here. */
    void prepare(String publicationOptions, String slotOptions) {
        prepare(publicationOptions);
        database.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput'" + slotOptions + ")");
    }

    /** Makes the tables and a publication of them; the slot is made before anything else is written. */
    void prepare(String publicationOptions) {
        ShadowLog.create(database);
        database.execute("CREATE TABLE finish (id int)");
        List<String> published = new ArrayList<>(List.of(ShadowLog.TABLE, "finish"));
        for (ShadowedTable table : tables) {
            database.execute(table.statements().toArray(String[]::new));
            if (!table.publication().isEmpty()) {
                published.add(table.publication());
            }
        }
        database.execute("CREATE PUBLICATION events FOR TABLE " + String.join(", ", published) + publicationOptions);
        expected.read(database);
    }

    /** The stream until the writers have stopped and all has come; fails at the first difference. */
    void compare(WalExConfig config, SnapshotWriters writers, Duration more) {
        compare(config, writers, more, () -> {}, () -> {});
    }

    /**
     * The same.
     *
     * @param streaming run when the stream is there
     * @param before run before the writers are stopped
     */
    void compare(WalExConfig config, SnapshotWriters writers, Duration more, Runnable streaming, Runnable before) {
        try (WalEx walEx = WalEx.create(config)) {
            Disposable stream =
                    walEx.transactions().concatMap(this::receive).subscribe(nothing -> {}, error -> failure = error);
            try {
                walEx.awaitStreaming().block(PATIENCE);
                streaming.run();
                await("completed", oracle::hasCompleted);
                long now = System.nanoTime();
                await("more", () -> System.nanoTime() - now > more.toNanos());
                before.run();
                writers.stop();
                database.execute("INSERT INTO finish VALUES (1)");
                await("end", oracle::hasEnded);
                oracle.compareAtEnd(database);
                assertSame();
            } finally {
                before.run();
                writers.stop();
                stream.dispose();
                LOG.info("{} transactions, {}", writers.committed(), oracle.counts());
            }
        }
    }

    private Mono<Void> receive(Transaction transaction) {
        return transaction
                .events()
                .collectList()
                .doOnNext(events -> oracle.receive(transaction, events))
                .doOnNext(events -> transaction.acknowledge())
                .then();
    }

    private void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE).failFast(this::assertSame).until(condition);
    }

    private void assertSame() {
        assertThat(failure).isNull();
        assertThat(oracle.failures()).isEmpty();
    }

    /** The tables are written there from now on. */
    void goOn(TestDatabase elsewhere) {
        database = elsewhere;
    }

    SnapshotOracle oracle() {
        return oracle;
    }
}
