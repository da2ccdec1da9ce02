package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.spool.DiskSpool;
import io.walex.reactive.spool.SpoolException;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StandbyServer;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** The address leads to a standby, promoted or not, PostgreSQL 17 and newer. */
class FailoverIT {

    @TempDir
    Path directory;

    private final Seen<Integer> received = new Seen<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Sinks.Empty<Void> goOn = Sinks.empty();
    private volatile int stopAt = -1;
    private EmbeddedServer primary;
    private StandbyServer standby;
    private TcpProxy proxy;
    private TestDatabase database;

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(() -> database);

    @BeforeEach
    void startPrimaryAndStandby() {
        primary = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of("wal_sender_timeout", "5s"));
        database = primary.createDatabase();
        database.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
        standby = StandbyServer.of(primary, "standby", Map.of("hot_standby_feedback", "on"));
        proxy = TcpProxy.to(primary);
    }

    @AfterEach
    void stop() {
        proxy.close();
        standby.close();
        primary.close();
    }

    private WalExConfig.Builder config(SlotSpec slot) {
        return streams.config()
                .host(proxy.host())
                .port(proxy.port())
                .slot(slot)
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(200)));
    }

    private WalEx spooled() {
        return streams.create(config(SlotSpec.durable("walex").forFailover()).middleware(DiskSpool.in(directory)));
    }

    private void start(SlotSpec slot) {
        start(WalEx.create(config(slot).build()));
    }

    private void start(WalEx walEx) {
        streams.add(walEx.changes()
                .doOnNext(event -> received.add((Integer) event.newRecord().get("id")))
                .concatMap(this::consume, 0)
                .subscribe(event -> {}, failure::set));
        walEx.awaitStreaming().block(PATIENCE);
    }

    private Mono<Integer> consume(Event event) {
        Integer id = (Integer) event.newRecord().get("id");
        return id == stopAt ? goOn.asMono().thenReturn(id) : Mono.just(id);
    }

    private void insert(TestDatabase into, int from, int to) {
        into.execute("INSERT INTO todo SELECT * FROM generate_series(" + from + ", " + to + ")");
    }

    private void awaitReceived(int last) {
        received.awaitAll(IntStream.rangeClosed(1, last).boxed().toList());
    }

    /** As a standby with sync_replication_slots does from time to time. */
    private void synchronizeSlots() {
        TestDatabase copy = standby.database("postgres");
        // It fails as long as the standby is behind the slot.
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> {
                    copy.execute("SELECT pg_sync_replication_slots()");
                    return copy.queryText(
                                    "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'walex' AND synced AND NOT temporary")
                            .equals("1");
                });
    }

    /** Not named in synchronized_standby_slots, the standby may fall behind the stream. */
    private void cutOffStandby() {
        standby.database("postgres").execute("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
        await().atMost(PATIENCE)
                .until(() -> primary.database("postgres")
                        .queryText("SELECT count(*) FROM pg_stat_replication WHERE application_name <> '"
                                + database.name() + "'")
                        .equals("0"));
    }

    @Test
    void failoverSlotContinuesOnThePromotedStandby() {
        primary.database("postgres")
                .execute("ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
        start(SlotSpec.durable("walex").forFailover());
        insert(database, 1, 100);
        awaitReceived(100);
        synchronizeSlots();
        insert(database, 101, 200);
        awaitReceived(200);
        assertThatTheCopyCannotBeRead();

        primary.stop(StopMode.IMMEDIATE);
        standby.promote();
        proxy.switchTo(standby);
        insert(standby.database(database.name()), 201, 300);

        awaitReceived(300);
        assertThat(failure).hasNullValue();
        primary.startAgain();
    }

    private void assertThatTheCopyCannotBeRead() {
        WalExConfig config = WalExConfig.fromUrl(
                        standby.database(database.name()).url())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .build();

        assertThatThrownBy(() -> WalEx.changes(config).blockFirst(PATIENCE))
                .isInstanceOf(ServerUnreachableException.class)
                .hasMessageContainingAll("is a standby", "walex", "promote it");
    }

    /** What was stored on the new timeline must not be held against it later. */
    @Test
    void spoolContinuesOnThePromotedStandbyAndIsContinuedByTheNextSubscription() {
        primary.database("postgres")
                .execute("ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
        WalEx first = spooled();
        start(first);
        insert(database, 1, 100);
        awaitReceived(100);
        synchronizeSlots();

        primary.stop(StopMode.IMMEDIATE);
        standby.promote();
        proxy.switchTo(standby);
        insert(standby.database(database.name()), 101, 200);
        awaitReceived(200);
        first.closeGracefully().block(PATIENCE);
        start(spooled());
        insert(standby.database(database.name()), 201, 300);

        await().atMost(PATIENCE).until(() -> received.contains(300));
        assertThat(List.copyOf(new LinkedHashSet<>(received.all())))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 300).boxed().toList());
        assertThat(failure).hasNullValue();
        primary.startAgain();
    }

    /** Its LSNs go back, and new transactions would be taken for those in the spool. */
    @Test
    void spoolIsRefusedByAPromotedStandbyThatLacksWhatItKnows() {
        WalEx first = spooled();
        start(first);
        insert(database, 1, 100);
        awaitReceived(100);
        synchronizeSlots();
        cutOffStandby();
        insert(database, 101, 20_000);
        awaitReceived(20_000);
        first.closeGracefully().block(PATIENCE);

        primary.stop(StopMode.IMMEDIATE);
        standby.promote();
        proxy.switchTo(standby);
        insert(standby.database(database.name()), 20_001, 20_005);

        assertThatThrownBy(() -> spooled().changes().blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContainingAll(
                        directory.toString(), "which the server on timeline 2 lacks", "delete this one");
        primary.startAgain();
    }

    @Test
    void promotedStandbyThatLacksDeliveredChangesIsAnError() {
        start(SlotSpec.durable("walex").forFailover());
        insert(database, 1, 100);
        awaitReceived(100);
        synchronizeSlots();
        cutOffStandby();
        insert(database, 101, 200);
        awaitReceived(200);

        primary.stop(StopMode.IMMEDIATE);
        standby.promote();
        proxy.switchTo(standby);

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOf(SlotInvalidatedException.class)
                .hasMessageContainingAll("was promoted at", "lacks committed changes", "synchronized_standby_slots");
        primary.startAgain();
    }

    /** A transaction received in part counts: its rest does not exist on the promoted standby. */
    @Test
    void promotedStandbyThatLacksATransactionDeliveredInPartIsAnError() {
        start(SlotSpec.durable("walex").forFailover());
        insert(database, 1, 1);
        awaitReceived(1);
        synchronizeSlots();
        cutOffStandby();
        stopAt = 100;
        insert(database, 2, 50_000);
        await().atMost(PATIENCE).until(() -> received.contains(100));

        standby.promote();
        proxy.switchTo(standby);
        goOn.tryEmitEmpty();

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(received.all()).hasSizeLessThan(50_000);
        assertThat(failure.get())
                .isInstanceOf(SlotInvalidatedException.class)
                .hasMessageContainingAll("was promoted at", "lacks committed changes");
    }

    /** Its LSNs go back behind what was delivered, and its changes must come nonetheless. */
    @Test
    void temporarySlotGoesOnWithAGapOnAPromotedStandbyThatIsBehind() {
        List<Gap> gaps = Collections.synchronizedList(new ArrayList<>());
        start(SlotSpec.temporary().resumeWithGap(gaps::add));
        cutOffStandby();
        insert(database, 1, 10_000);
        awaitReceived(10_000);

        standby.promote();
        proxy.switchTo(standby);
        await().atMost(PATIENCE).until(() -> gaps.size() == 1);
        insert(standby.database(database.name()), 10_001, 10_100);

        awaitReceived(10_100);
        assertThat(failure).hasNullValue();
        assertThat(gaps.get(0).until()).isLessThan(gaps.get(0).after());
    }

    @Test
    void slotThatIsNoFailoverSlotIsAnError() {
        start(SlotSpec.durable("walex"));
        insert(database, 1, 100);
        awaitReceived(100);

        primary.stop(StopMode.IMMEDIATE);
        standby.promote();
        proxy.switchTo(standby);

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get()).isInstanceOf(SlotInvalidatedException.class).hasMessageContaining("walex");
        primary.startAgain();
    }

    /** The walsender waits for what only an active primary writes: seconds, or for as long as nobody writes there. */
    @Test
    void temporarySlotOnAStandbyIsMadeWhenThePrimarySaysWhatRuns() {
        proxy.switchTo(standby);
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(config(SlotSpec.temporary())
                .livenessTimeout(Duration.ofSeconds(1))
                .build());
        walEx.states().subscribe(states::add);
        streams.add(walEx.changes()
                .subscribe(event -> received.add((Integer) event.newRecord().get("id")), failure::set));
        // The primary may have said so already.
        await().atMost(PATIENCE)
                .until(() ->
                        states.size() == 2 || walsendersThatWaitForWal(standby).equals("1"));
        await().during(Duration.ofSeconds(3)).until(() -> failure.get() == null);

        database.execute("SELECT pg_log_standby_snapshot()");
        walEx.awaitStreaming().block(PATIENCE);
        insert(database, 1, 100);

        awaitReceived(100);
        assertThat(states).hasSize(2).last().isInstanceOf(ConnectionState.Streaming.class);
    }

    private String walsendersThatWaitForWal(StandbyServer server) {
        return server.database("postgres")
                .queryText("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + database.name() + "'"
                        + " AND backend_type = 'walsender' AND wait_event ILIKE 'WalSenderWaitForWal'");
    }
}
