package io.walex.reactive.replication;

import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlReplicationConnection;
import io.r2dbc.postgresql.replication.ReplicationSlotRequest;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.server.CapturedLoop;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.OrdinaryConnectionException;
import io.walex.reactive.server.Refusal;
import io.walex.reactive.server.ServerVersion;
import io.walex.reactive.server.SimpleQuery;
import io.walex.reactive.server.SqlLiterals;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One walsender connection: made, secured and commanded by the driver; its CopyData is ours.
 *
 * <p>Whatever way a stream ends, {@link #close()} must follow: cancelling alone leaves the server sending.
 */
public final class ReplicationConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationConnection.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final PostgresqlReplicationConnection connection;
    private final CapturedLoop loop;
    private final int pid;
    private final Connector connector;
    private final Mono<Void> closing = Mono.defer(this::stopAndClose).cache();
    private volatile @Nullable WalReceiver<?> receiver;

    private ReplicationConnection(Connector.Session<PostgresqlReplicationConnection> session, Connector connector) {
        this.connection = session.connection();
        this.loop = session.loop();
        this.pid = session.pid();
        this.connector = connector;
    }

    /** Of a slot that was just made. */
    private static final String CONSISTENT_POINT =
            "SELECT confirmed_flush_lsn::text FROM pg_catalog.pg_replication_slots WHERE slot_name = $1";

    /** Connects when subscribed. */
    public static Mono<ReplicationConnection> connect(Connector connector) {
        return connector.connect(
                PostgresqlConnectionFactory::replication, session -> new ReplicationConnection(session, connector));
    }

    /**
     * Makes a connection for replication and closes it, to see that there is PostgreSQL behind the address: a pooler may
     * give an ordinary connection instead, and fails this with a syntax error.
     */
    public static Mono<Void> probe(Connector connector) {
        return Mono.usingWhen(
                connect(connector),
                made -> replicating(connector.answered(made.command("IDENTIFY_SYSTEM")))
                        .then(),
                ReplicationConnection::close);
    }

    /**
     * Creates a slot that lives as long as this connection. Waits for the transactions that write now to end.
     *
     * @param twoPhase whether prepared transactions are decoded at PREPARE
     * @return the slot's consistent point
     */
    public Mono<Lsn> createTemporarySlot(String slot, boolean twoPhase, ServerVersion version) {
        String options = twoPhase ? version.isAtLeast(15) ? " (TWO_PHASE)" : " TWO_PHASE" : "";
        ReplicationSlotRequest request = ReplicationSlotRequest.logical()
                .slotName(SqlLiterals.identifier(slot))
                .outputPlugin("pgoutput" + options)
                .temporary()
                .build();
        return connector
                .whileWorking(pid, replicating(connection.createSlot(request)))
                // The driver loses the upper half of an LSN whose lower half is 80000000 or more.
                .flatMap(created -> connector.query(SqlLiterals.replace(CONSISTENT_POINT, slot), this::command))
                .map(rows -> Lsn.parse(rows.get(0).get(0)));
    }

    /** Where a command of replication is an error of syntax, the connection is not one for replication. */
    private static <T> Mono<T> replicating(Mono<T> answer) {
        return answer.onErrorMap(
                error -> {
                    Refusal refusal = Refusal.of(error);
                    return refusal != null && refusal.hasState("42601");
                },
                OrdinaryConnectionException::new);
    }

    /** The process that serves this connection. */
    public Mono<Integer> backendPid() {
        return Mono.just(pid);
    }

    /** Runs a command of the replication protocol before streaming; gives its rows, each as the text of its columns. */
    Mono<List<List<String>>> command(String command) {
        return SimpleQuery.run(loop.channel(), command);
    }

    /**
     * Starts replication when subscribed, once. Elements come on the connection's event loop; {@code request} is welcome
     * from any thread.
     *
     * @param accepted to be done when the server has accepted the command, before it is told or read anything
     * @param onStreaming called after that
     * @param <T> what payloads are decoded to
     */
    public <T> Flux<T> stream(
            StartReplication start,
            PayloadDecoder<T> decoder,
            Acknowledgements acknowledgements,
            ReceivedWal wal,
            Duration statusInterval,
            Duration livenessTimeout,
            Clock clock,
            Mono<Void> accepted,
            Runnable onStreaming) {
        return Flux.defer(() -> {
            WalReceiver<T> made = new WalReceiver<>(
                    loop.channel(),
                    decoder,
                    acknowledgements,
                    wal,
                    new ServerFeedback.Settings(statusInterval, livenessTimeout, connector.decoding(pid)),
                    clock);
            made.install();
            return connector
                    .answered(replicating(connection.startReplication(start.toRequest())))
                    .delayUntil(stream -> accepted)
                    .doOnNext(stream -> {
                        receiver = made;
                        wal.connected(start.from());
                        made.started();
                        stream.<Object>map(unexpected -> unexpected).subscribe(new DriverStream());
                        onStreaming.run();
                    })
                    .flatMapMany(stream -> made);
        });
    }

    /** Runs the receiver's delivery again after something outside it changed what may be delivered; on the event loop. */
    public void resume() {
        WalReceiver<?> streaming = receiver;
        if (streaming != null) {
            streaming.resume();
        }
    }

    /** Asks the server how far it has come, which {@link PayloadDecoder#reached} tells; on the event loop. */
    public void askForKeepalive() {
        WalReceiver<?> streaming = receiver;
        if (streaming != null) {
            streaming.askForKeepalive();
        }
    }

    /** Fails the stream after what is being delivered now; on the event loop. */
    public void fail(Throwable error) {
        WalReceiver<?> streaming = receiver;
        if (streaming != null) {
            streaming.fail(error);
        }
    }

    /**
     * Completes the stream after what is being delivered now; on the event loop. The server is kept informed until
     * {@link #close()}.
     *
     * @return whether there is a stream that had not ended
     */
    public boolean complete() {
        WalReceiver<?> streaming = receiver;
        return streaming != null && streaming.complete();
    }

    /**
     * Confirms what was acknowledged and closes the connection, which frees the slot. Idempotent; never fails, and takes a
     * few seconds at most.
     */
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> stopAndClose() {
        WalReceiver<?> streaming = receiver;
        if (streaming == null) {
            return closeWith(connection.close());
        }
        return streaming
                .stop(CLOSE_TIMEOUT)
                .flatMap(ended -> ended && streaming.isOpen() ? closeWith(connection.close()) : disconnect());
    }

    private Mono<Void> closeWith(Mono<Void> goodbye) {
        return goodbye.timeout(CLOSE_TIMEOUT, disconnect()).onErrorComplete();
    }

    /** Without a word: the driver would take a broken connection, or a copy that has not ended, for an error to report. */
    private Mono<Void> disconnect() {
        return Mono.fromRunnable(() -> loop.channel().close());
    }

    /** Keeps the driver's side of the stream flowing; what comes that way is only its end, which the receiver knows. */
    private static final class DriverStream extends BaseSubscriber<Object> {

        @Override
        protected void hookOnError(Throwable error) {
            LOG.debug("The driver's stream ended with an error", error);
        }
    }
}
