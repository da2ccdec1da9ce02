package io.walex.reactive.replication;

import static io.walex.reactive.replication.Frames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

class WalReceiverTests {

    private static final Duration HOUR = Duration.ofHours(1);

    private final EmbeddedChannel channel =
            new EmbeddedChannel(new LengthFieldBasedFrameDecoder(1 << 20, 1, Integer.BYTES, -Integer.BYTES, 0));
    private final Acknowledgements acknowledgements = new Acknowledgements(channel.eventLoop(), () -> {});
    private final ReceivedWal wal = new ReceivedWal(Clock.systemUTC(), null);
    private final WalReceiver<Byte> receiver = new WalReceiver<>(
            channel,
            new FirstBytes(),
            acknowledgements,
            wal,
            new ServerFeedback.Settings(HOUR, HOUR, Mono.never()),
            Clock.systemUTC());
    private final List<Object> seen = new ArrayList<>();

    @AfterEach
    void leavesNoBufferBehind() {
        channel.finishAndReleaseAll();
    }

    private static final class FirstBytes implements PayloadDecoder<Byte> {

        @Override
        public Byte decode(ByteBuf payload, long walStart, long sentAt) {
            return payload.readByte();
        }

        @Override
        public Byte queued() {
            return null;
        }
    }

    private void receive(int content) {
        int header = 1 + 3 * Long.BYTES;
        channel.writeInbound(channel.alloc()
                .buffer()
                .writeByte('d')
                .writeInt(Integer.BYTES + header + 1)
                .writeByte('w')
                .writeZero(3 * Long.BYTES)
                .writeByte(content));
    }

    private boolean isReading() {
        return channel.config().isAutoRead();
    }

    @Test
    void leavesInTheSocketWhatComesBeforeItIsSubscribedTo() {
        receiver.install();
        receive(1);
        assertThat(isReading()).isFalse();

        receiver.started();
        receiver.subscribe(seen::add);
        assertThat(seen).containsExactly((byte) 1);
        assertThat(isReading()).isTrue();
    }

    @Test
    void leavesInTheSocketWhatComesAfterItHasCompleted() {
        receiver.install();
        receiver.started();
        receiver.subscribe(seen::add, seen::add, () -> seen.add("complete"));
        receive(1);
        assertThat(receiver.complete()).isTrue();
        receive(2);

        assertThat(seen).containsExactly((byte) 1, "complete");
        assertThat(isReading()).isFalse();
        assertThat(receiver.complete()).isFalse();
    }

    /** Nobody has demand: it must not look like a connection that was closed, which would be tried again. */
    @Test
    void aCorruptedStreamEndsWithTheErrorThatSaysSo() {
        receiver.install();
        channel.writeInbound(Unpooled.copiedBuffer(frame('W', "\0\0\0"), StandardCharsets.ISO_8859_1));
        receiver.started();
        receiver.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnError(Throwable error) {
                seen.add(error);
            }
        });

        channel.writeInbound(Unpooled.buffer().writeByte('d').writeInt(3));

        assertThat(seen)
                .singleElement(InstanceOfAssertFactories.THROWABLE)
                .hasMessageContaining("The replication stream is corrupted")
                .hasMessageContaining("length 3");
        assertThat(receiver.isOpen()).isFalse();
    }

    @Test
    void whatNobodySurvivesClosesTheConnectionAndIsSignalledAsAnError() {
        receiver.install();
        receiver.started();
        receiver.subscribe(
                content -> {
                    throw new OutOfMemoryError("Java heap space");
                },
                seen::add);

        assertThatThrownBy(() -> receive(1)).isInstanceOf(OutOfMemoryError.class);

        assertThat(channel.isOpen()).isFalse();
        assertThat(seen)
                .singleElement(InstanceOfAssertFactories.THROWABLE)
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class);
    }
}
