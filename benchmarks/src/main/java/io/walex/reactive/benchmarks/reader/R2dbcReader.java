package io.walex.reactive.benchmarks.reader;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlReplicationConnection;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.replication.LogSequenceNumber;
import io.r2dbc.postgresql.replication.ReplicationRequest;
import io.r2dbc.postgresql.replication.ReplicationStream;
import io.walex.reactive.benchmarks.Target;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** The reactive driver's stream, its messages counted, with demand on its event loop so that their order is right. */
record R2dbcReader() implements Reader {

    @Override
    public void read(Target target, Meter meter) {
        LoopResources loop = LoopResources.create("r2dbc", 1, true);
        Executor eventLoop = loop.onClient(LoopResources.DEFAULT_NATIVE).next();
        PostgresqlReplicationConnection connection =
                Objects.requireNonNull(new PostgresqlConnectionFactory(configuration(target, loop))
                        .replication()
                        .block());
        ReplicationStream stream = Objects.requireNonNull(
                connection.startReplication(request(target)).block());
        RawCounter counter = new RawCounter(meter);
        stream.map(message -> count(message, counter))
                .subscribeOn(Schedulers.fromExecutor(eventLoop), true)
                .takeUntil(last -> last)
                .then()
                .block();
        // It never ends without demand; it need only begin, so that its timer stops, which may be sending just now.
        Mono.defer(stream::close).retry(1000).subscribe(ignored -> {}, ignored -> {});
        connection.close().onErrorComplete().block(Duration.ofSeconds(5));
        Mono.when(loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1))).block();
    }

    private static boolean count(ByteBuf message, RawCounter counter) {
        return counter.message(message.nioBuffer(), message.nioBuffer().position());
    }

    private static PostgresqlConnectionConfiguration configuration(Target target, LoopResources loop) {
        return PostgresqlConnectionConfiguration.builder()
                .host(target.host())
                .port(target.port())
                .username(target.username())
                .database(target.database())
                .sslMode(SSLMode.DISABLE)
                .loopResources(loop)
                .build();
    }

    private static ReplicationRequest request(Target target) {
        return ReplicationRequest.logical()
                .slotName(target.slot())
                .startPosition(LogSequenceNumber.valueOf(0))
                .slotOption("proto_version", 1)
                .slotOption("publication_names", target.publication())
                .statusInterval(Duration.ofSeconds(1))
                .build();
    }
}
