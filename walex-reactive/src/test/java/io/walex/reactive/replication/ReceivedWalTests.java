package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** What is known of the server's WAL from what has come, with and without demand. */
class ReceivedWalTests {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Long> reads = new ArrayList<>();
    private final ReceivedWal wal = new ReceivedWal(Clock.fixed(NOW, ZoneOffset.UTC), reads::add);
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new LengthFieldBasedFrameDecoder(1 << 20, 1, Integer.BYTES, -Integer.BYTES, 0));
    private final Asking subscriber = new Asking();
    private boolean blocked;

    private static final class Asking extends BaseSubscriber<Byte> {

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}
    }

    @BeforeEach
    void connect() {
        WalReceiver<Byte> receiver = new WalReceiver<>(
                channel,
                new FirstBytes(),
                new Acknowledgements(channel.eventLoop(), () -> {}),
                wal,
                new ServerFeedback.Settings(Duration.ofHours(1), Duration.ofHours(1), Mono.never()),
                Clock.systemUTC());
        receiver.install();
        receiver.started();
        wal.connected(Lsn.of(5));
        receiver.subscribe(subscriber);
    }

    @AfterEach
    void leavesNoBufferBehind() {
        channel.finishAndReleaseAll();
    }

    private final class FirstBytes implements PayloadDecoder<Byte> {

        @Override
        public Byte decode(ByteBuf payload, long walStart, long sentAt) {
            return payload.readByte();
        }

        @Override
        public Byte queued() {
            return null;
        }

        @Override
        public boolean isBlocked() {
            return blocked;
        }
    }

    private void data(long walStart) {
        channel.writeInbound(channel.alloc()
                .buffer()
                .writeByte('d')
                .writeInt(Integer.BYTES + 1 + 3 * Long.BYTES + 1)
                .writeByte('w')
                .writeLong(walStart)
                .writeZero(2 * Long.BYTES + 1));
    }

    private void keepalive(long walEnd) {
        channel.writeInbound(channel.alloc()
                .buffer()
                .writeByte('d')
                .writeInt(Integer.BYTES + 1 + 2 * Long.BYTES + 1)
                .writeByte('k')
                .writeLong(walEnd)
                .writeZero(Long.BYTES + 1));
    }

    @Test
    void isBehindUntilTheServerSaysThatNothingFollows() {
        subscriber.request(10);
        data(10);
        assertThat(wal.isBehind()).isTrue();
        assertThat(wal.caughtUpAt()).isNull();

        keepalive(20);

        assertThat(wal.isBehind()).isFalse();
        assertThat(wal.caughtUpAt()).isEqualTo(NOW);
        assertThat(wal.serverEnd()).isEqualTo(Lsn.of(20));
        assertThat(wal.received()).isEqualTo(Lsn.of(20));
    }

    @Test
    void isBehindWhileSomethingWaitsForDemand() {
        subscriber.request(1);
        keepalive(20);
        data(30);
        data(40);
        keepalive(50);
        assertThat(wal.isBehind()).isTrue();
        assertThat(wal.received()).isEqualTo(Lsn.of(30));
        assertThat(wal.serverEnd()).isEqualTo(Lsn.of(30));

        subscriber.request(2);
        assertThat(wal.isBehind()).isFalse();
        assertThat(wal.serverEnd()).isEqualTo(Lsn.of(50));
    }

    /** As within a pause. */
    @Test
    void noticesWhatIsNotTaken() {
        subscriber.request(1);
        keepalive(20);
        blocked = true;

        data(30);

        assertThat(wal.isBehind()).isTrue();
        assertThat(wal.received()).isEqualTo(Lsn.of(20));
    }

    @Test
    void isNotBehindWhileOnlyKeepalivesComeWithoutDemand() {
        subscriber.request(1);
        data(10);
        subscriber.request(1);
        keepalive(20);
        assertThat(wal.isBehind()).isFalse();
        keepalive(30);

        assertThat(wal.isBehind()).isFalse();
        assertThat(wal.serverEnd()).isEqualTo(Lsn.of(30));
    }

    @Test
    void countsBytesForEachRead() {
        data(10);
        keepalive(20);

        assertThat(wal.bytes()).isEqualTo(31 + 23);
        assertThat(reads).containsExactly(31L, 23L);
    }

    /** A server that was restored from a backup may be before what its predecessor had. */
    @Test
    void forgetsPlacesOfTheConnectionBefore() {
        subscriber.request(1);
        keepalive(20);

        wal.connected(Lsn.of(7));

        assertThat(wal.isBehind()).isTrue();
        assertThat(wal.serverEnd()).isEqualTo(Lsn.of(7));
        assertThat(wal.received()).isEqualTo(Lsn.of(7));
    }
}
