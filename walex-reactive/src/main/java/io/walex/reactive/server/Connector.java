package io.walex.reactive.server;

import io.netty.channel.Channel;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.resources.LoopResources;

/**
 * Makes driver connections on one event loop. The driver's own timeout ends with TCP's handshake; a server that accepts
 * and then says nothing would hold an attempt for ever.
 *
 * @param configuration makes the driver's configuration on the given loop; called for each connection, so that
 *     credentials are read anew
 * @param loop the loop, of one thread, that connections live on
 * @param connectTimeout how long it may take until the server has let a client in; like the next, asked for each time
 * @param answerTimeout how long it may take to answer a query that has nothing to wait for
 */
public record Connector(
        Function<LoopResources, PostgresqlConnectionConfiguration> configuration,
        LoopResources loop,
        Supplier<Duration> connectTimeout,
        Supplier<Duration> answerTimeout) {

    private static final Duration ARRIVAL = Duration.ofSeconds(1);

    /**
     * A connection as the driver made it, whose session was seen to have our settings.
     *
     * @param pid the process that serves it
     */
    public record Session<C>(C connection, CapturedLoop loop, int pid) {}

    public <C, R> Mono<R> connect(
            Function<PostgresqlConnectionFactory, Mono<C>> kind, Function<Session<C>, R> wrapping) {
        return Mono.defer(() -> {
            Duration patience = connectTimeout.get();
            CapturedLoop captured = new CapturedLoop(loop, answerTimeout.get());
            return kind.apply(new PostgresqlConnectionFactory(configuration.apply(captured)))
                    .flatMap(connection -> session(connection, captured))
                    .map(wrapping)
                    // After the cancel has gone all the way up, so that nobody reports the closing as an error.
                    .doFinally(signal -> abandonWhen(signal, captured.made()))
                    .timeout(patience)
                    .onErrorMap(TimeoutException.class, late -> noAnswer(patience));
        });
    }

    private static <C> Mono<Session<C>> session(C connection, CapturedLoop captured) {
        Channel channel = captured.channel();
        return SimpleQuery.run(channel, SessionSettings.statement())
                .map(rows -> new Session<>(connection, captured, SessionSettings.backendPid(rows)))
                .doOnError(error -> channel.close());
    }

    private static ConnectException noAnswer(Duration patience) {
        return new ConnectException("no answer within " + patience.toMillis() + " ms");
    }

    private static void abandonWhen(SignalType signal, @Nullable Channel channel) {
        if (signal == SignalType.CANCEL && channel != null) {
            channel.close();
        }
    }

    /**
     * The answer to a command that waits on others and takes as long as it takes: the server is asked on another connection
     * from time to time whether it works on it, so that a network that drops packets does not make us wait for ever.
     *
     * @param pid the process that runs the command
     */
    public <T> Mono<T> whileWorking(int pid, Mono<T> answer) {
        Duration patience = answerTimeout.get();
        Mono<T> lost = Flux.interval(patience)
                .onBackpressureDrop()
                .concatMap(tick -> ServerConnection.use(this, server -> server.isWorking(pid)), 0)
                .filter(working -> !working)
                .next()
                // What was answered just now may be on its way.
                .delayElement(patience)
                .flatMap(idle -> Mono.error(new TimeoutException("The server's answer to a command was lost")));
        return answer.takeUntilOther(lost);
    }

    /**
     * Asks on another connection whether a walsender that has been silent is at work: completes when it is, and fails when
     * it is not, since then it has read and answered all requests, or when nobody answers. It cannot be at work for ever on
     * a connection that is dead: it looks for its client at its {@code wal_sender_timeout}, and when it has something to
     * send; and until then nobody else gets its slot.
     */
    public Mono<Void> decoding(int pid) {
        return ServerConnection.use(this, server -> server.isDecoding(pid))
                // The server is there, and a stream that is given up could not be made again.
                .onErrorReturn(Connector::isWithoutConnection, true)
                .filter(decoding -> !decoding)
                // What it sent just now may be on its way.
                .delayElement(ARRIVAL)
                .flatMap(idle -> Mono.error(new TimeoutException("The walsender is idle or gone")));
    }

    private static boolean isWithoutConnection(Throwable error) {
        return error instanceof R2dbcException refused && "53300".equals(refused.getSqlState());
    }

    /**
     * The answer to a query that has nothing to wait for.
     *
     * @param ask takes the query with its limits, and gives the answer
     */
    public <T> Mono<T> query(String sql, Function<String, Mono<T>> ask) {
        return Mono.defer(() -> answered(QueryLimit.within(answerTimeout.get()).on(sql, ask)));
    }

    public <T> Mono<T> answered(Mono<T> answer) {
        Duration patience = answerTimeout.get();
        return answer.timeout(patience)
                .onErrorMap(
                        TimeoutException.class,
                        late -> new TimeoutException(
                                "The server gave no answer within %d ms".formatted(patience.toMillis())));
    }
}
