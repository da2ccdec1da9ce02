package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.io.EOFException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * An ordinary connection, made by the driver, that takes several statements in one write and gives rows as the bytes that
 * they came as. One request at a time.
 */
public final class PipelinedConnection {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final PostgresqlConnection connection;
    private final Channel channel;
    private final int pid;
    private final ServerVersion version;
    private final Connector connector;
    private final Mono<Void> closing = Mono.defer(this::stopAndClose).cache();
    private final AtomicBoolean busy = new AtomicBoolean();

    private PipelinedConnection(Connector.Session<PostgresqlConnection> session, Connector connector) {
        this.connection = session.connection();
        // Of now: the channel of a request to cancel comes through the same loop.
        this.channel = session.loop().channel();
        String driver =
                channel.pipeline().context(LengthFieldBasedFrameDecoder.class).name();
        channel.pipeline().addBefore(driver, BrokenQuietly.NAME, new BrokenQuietly());
        this.pid = session.pid();
        this.version = ServerVersion.parse(connection.getMetadata().getDatabaseVersion());
        this.connector = connector;
    }

    /**
     * Connects when subscribed.
     *
     * @param settings statements that are run first
     */
    public static Mono<PipelinedConnection> open(Connector connector, String settings) {
        return connector
                .connect(PostgresqlConnectionFactory::create, session -> new PipelinedConnection(session, connector))
                .flatMap(made -> connector
                        .answered(SimpleQuery.run(made.channel, settings))
                        .thenReturn(made)
                        .onErrorResume(error -> made.close().then(Mono.error(error)))
                        .doOnCancel(made.channel::close));
    }

    public ServerVersion version() {
        return version;
    }

    /** The process that serves this connection. */
    public int pid() {
        return pid;
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    /**
     * Sends the request when subscribed. Cancelling closes the connection and stops what the server does for it.
     *
     * @return the texts of the rows of each part but those that go to the sink; fails with the first error of the server
     *     when all parts are answered, so that the connection is ready for another request
     */
    public Mono<PipelinedRequest.Answer> request(PipelinedRequest request, RowFrames rows) {
        return Mono.defer(() -> {
            if (!busy.compareAndSet(false, true)) {
                return Mono.error(new IllegalStateException("The connection is at work on another request"));
            }
            AtomicReference<Mono<Void>> stopped = new AtomicReference<>(Mono.empty());
            Runnable tooMuch = () -> stopped.set(stopNow());
            Mono<PipelinedRequest.Answer> answer = connector.whileWorking(pid, sent(request, rows, tooMuch));
            return answer.doOnCancel(this::abandon)
                    .doOnError(error -> !(error instanceof ServerError), error -> channel.close())
                    // A request to stop that is on its way must not meet what is asked next.
                    .onErrorResume(error -> Mono.defer(stopped::get).then(Mono.error(error)))
                    .delayUntil(done -> stopped.get())
                    .doOnTerminate(() -> busy.set(false));
        });
    }

    private Mono<PipelinedRequest.Answer> sent(PipelinedRequest request, RowFrames rows, Runnable tooMuch) {
        return Mono.create(sink -> channel.eventLoop().execute(() -> {
            if (!channel.isActive()) {
                sink.error(new EOFException("The connection is closed"));
                return;
            }
            channel.pipeline()
                    .addBefore(
                            BrokenQuietly.NAME, "walex.pipelined", new PipelinedAnswer(request, rows, tooMuch, sink));
            ByteBuf written = channel.alloc().buffer();
            request.writeTo(written);
            channel.writeAndFlush(written);
        }));
    }

    /** Asks the server on another connection to stop what it does; started at once, whoever waits for its end. */
    private Mono<Void> stopNow() {
        Mono<Void> stop = connection
                .cancelRequest()
                .timeout(connector.connectTimeout().get())
                .onErrorComplete()
                .cache();
        stop.subscribe(new Ignored());
        return stop;
    }

    /** A transaction that nobody reads ends with its connection, at once where the server is told. */
    private void abandon() {
        stopNow();
        channel.close();
    }

    /** Closes the connection, and so ends the transaction that it may have open. Idempotent; never fails. */
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> stopAndClose() {
        if (busy.get()) {
            abandon();
            return Mono.empty();
        }
        return connection
                .close()
                .timeout(CLOSE_TIMEOUT, Mono.fromRunnable(channel::close))
                .onErrorComplete();
    }

    private static final class Ignored extends BaseSubscriber<Void> {

        @Override
        protected void hookOnError(Throwable error) {
            // Whether the server has stopped is seen by its answer.
        }
    }
}
