package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.pgoutput.Lsn;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class SpoolWriterTests {

    private static final long LIMIT = 1 << 20;

    @TempDir
    Path directory;

    private final List<Lsn> confirmed = new ArrayList<>();
    private Runnable onAppended = () -> {};
    private SpoolStore store;
    private SpoolWriter writer;

    @BeforeEach
    void open() {
        store = SpoolStore.open(directory, LIMIT, "shop/walex");
        SignalCodec codec =
                new SignalCodec(new StreamIdentity("test", "0", "shop"), TypeSource.of(TypeRegistry.builtIn()));
        writer = new SpoolWriter(
                store,
                codec.writer(),
                LIMIT,
                Schedulers.immediate().createWorker(),
                new AcknowledgedChunks(),
                () -> onAppended.run(),
                confirmed::add);
        writer.onSubscribe(Operators.emptySubscription());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void receive(long lsn) {
        var begin = new TransactionSignal.Begin(Lsn.of(lsn), Instant.EPOCH, (int) lsn, null);
        writer.onNext(begin);
        writer.onNext(new TransactionSignal.End(begin, Lsn.of(lsn + 8)));
    }

    /** Signals may be on their way when a stream is cancelled. */
    @Test
    void confirmsNothingBehindWhatItFailedAt() {
        receive(10);
        onAppended = () -> {
            throw new IllegalStateException("full");
        };
        receive(20);
        onAppended = () -> {};
        receive(30);

        assertThat(confirmed).containsExactly(Lsn.of(18));
        StepVerifier.create(writer.end()).verifyErrorMessage("full");
    }
}
