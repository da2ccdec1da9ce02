package io.walex.reactive.replication;

import static io.walex.reactive.replication.Frames.frame;
import static io.walex.reactive.replication.Frames.int32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.walex.reactive.server.ServerError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CopyDataHandlerTests {

    private static final String COPY_BOTH = frame('W', "\0\0\0");
    private static final String COPY_DONE = frame('c', "");
    private static final String COMMAND_COMPLETE = frame('C', "COPY 0\0");
    private static final String READY = frame('Z', "I");

    private final List<String> told = new ArrayList<>();
    private final List<String> pulled = new ArrayList<>();
    private final int[] reads = {0};
    private boolean pulling = true;
    private final CopyDataHandler handler = new CopyDataHandler(new Recorder());
    private final EmbeddedChannel channel = new EmbeddedChannel(new CountReads(), handler);

    @BeforeEach
    void readOnRequestOnly() {
        channel.config().setAutoRead(false);
        reads[0] = 0;
    }

    @AfterEach
    void leavesNoBufferBehind() {
        channel.finishAndReleaseAll();
    }

    private void receive(String bytes) {
        channel.writeInbound(buffer(bytes));
    }

    private static ByteBuf buffer(String bytes) {
        return Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1);
    }

    private String forwarded() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            all.append(frame.toString(StandardCharsets.ISO_8859_1));
            frame.release();
        }
        return all.toString();
    }

    private void pull() {
        for (ByteBuf content = handler.nextCopyData(); content != null; content = handler.nextCopyData()) {
            pulled.add(content.toString(StandardCharsets.ISO_8859_1));
            handler.endFrame();
        }
    }

    @Test
    void takesCopyDataOutAndLeavesOtherFramesInPlace() {
        receive(COPY_BOTH + frame('d', "one") + frame('S', "name\0value\0") + frame('d', "two"));

        assertThat(pulled).containsExactly("one", "two");
        assertThat(forwarded()).isEqualTo(COPY_BOTH + frame('S', "name\0value\0"));
    }

    @Test
    void holdsReadsBackWhileUnwantedFramesWait() {
        pulling = false;
        handler.want(false);
        channel.read();
        assertThat(reads).containsExactly(1);
        receive(frame('d', "one"));

        channel.read();
        channel.read();
        assertThat(reads).containsExactly(1);

        pull();
        handler.want(true);
        assertThat(reads).containsExactly(2);
        assertThat(pulled).containsExactly("one");
    }

    @Test
    void switchesAutoReadOffWhileUnwantedFramesWait() {
        channel.config().setAutoRead(true);
        pulling = false;
        handler.want(false);
        receive(frame('d', "one"));
        assertThat(channel.config().isAutoRead()).isFalse();

        pull();
        handler.want(true);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void neverSwitchesAutoReadOnAgainstTheDriver() {
        pulling = false;
        handler.want(false);
        receive(frame('d', "one"));

        pull();
        handler.want(true);

        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void pausesReadingOfABacklogForAMoment() {
        channel.freezeTime();
        channel.config().setAutoRead(true);
        receive(COPY_BOTH);
        receive(frame('d', "x".repeat(10_000)));
        assertThat(pulled).hasSize(1);
        assertThat(channel.config().isAutoRead()).isFalse();

        channel.advanceTimeBy(9, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
    }

    /** What arrives upon this read waits for the pause too. */
    @Test
    void readsABacklogOnceBeforeItPauses() {
        channel.freezeTime();
        channel.config().setAutoRead(true);
        receive(COPY_BOTH);

        channel.pipeline().fireChannelRead(buffer(frame('d', "x".repeat(1_000))));
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.pipeline().fireChannelRead(buffer(frame('d', "x".repeat(10_000))));
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.pipeline().fireChannelReadComplete();
        assertThat(channel.config().isAutoRead()).isFalse();

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    /** Its answers are no backlog. */
    @Test
    void neverPausesOutsideACopy() {
        channel.config().setAutoRead(true);

        channel.pipeline().fireChannelRead(buffer(frame('D', "x".repeat(10_000))));
        channel.pipeline().fireChannelReadComplete();

        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void readsOnToTheEndOfABrokenOffFrame() {
        pulling = false;
        handler.want(false);
        receive(frame('d', "one").substring(0, 6));

        channel.read();

        assertThat(reads).containsExactly(1);
    }

    @Test
    void framesForTheDriverBehindTheLastWantedOneArePassedOn() {
        pulling = false;
        receive(COPY_BOTH + frame('d', "one") + COPY_DONE + COMMAND_COMPLETE + READY);
        assertThat(forwarded()).isEqualTo(COPY_BOTH);

        pull();

        assertThat(forwarded()).isEqualTo(COPY_DONE + COMMAND_COMPLETE + READY);
        assertThat(told).containsExactly("end", "end, ready");
    }

    @Test
    void tellsErrorsAndNoticesOfARunningCopyInsteadOfPassingThemOn() {
        receive(COPY_BOTH
                + frame('N', "SWARNING\0C55000\0Mskipped\0\0")
                + frame('E', "SFATAL\0C57P01\0Mterminating\0\0"));

        assertThat(told).containsExactly("notice 55000 skipped", "error 57P01 terminating");
        assertThat(forwarded()).isEqualTo(COPY_BOTH);
    }

    @Test
    void passesErrorsOnOutsideACopy() {
        String error = frame('E', "SERROR\0C42704\0Mno slot\0\0");
        receive(error);

        assertThat(told).isEmpty();
        assertThat(forwarded()).isEqualTo(error);
    }

    @Test
    void tellsTheDriverThatACopyIsOverWhenTheChannelCloses() {
        receive(COPY_BOTH);
        forwarded();

        channel.close();

        assertThat(told).containsExactly("closed");
        assertThat(forwarded()).isEqualTo(COPY_DONE + COMMAND_COMPLETE + READY);
    }

    @Test
    void tellsOfABrokenChannelInsteadOfTheDriver() {
        receive(COPY_BOTH);

        channel.pipeline().fireExceptionCaught(new IOException("reset"));

        channel.checkException();
        assertThat(told).containsExactly("broken reset", "closed");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void tellsOfCorruptedFramesInsteadOfTheDriver() {
        receive(COPY_BOTH);

        receive(frame('d', "one") + "d" + int32(3));

        assertThat(pulled).containsExactly("one");
        assertThat(told).containsExactly("corrupted", "closed");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void passesCorruptedFramesOnAsAnErrorOutsideACopy() {
        assertThatThrownBy(() -> receive("T" + int32(3))).isInstanceOf(CorruptedFrameException.class);

        assertThat(told).isEmpty();
    }

    @Test
    void discardDropsWhatWaitsAndWhatComes() {
        pulling = false;
        handler.want(false);
        receive(frame('d', "one") + frame('d', "two"));

        handler.discard();
        pulling = true;
        receive(frame('d', "three") + COPY_DONE);

        assertThat(pulled).isEmpty();
        assertThat(told).containsExactly("end");
    }

    private final class Recorder implements CopyDataHandler.Listener {

        @Override
        public void onReadable(int bytes) {
            if (pulling) {
                pull();
            }
        }

        @Override
        public void onCopyEnd(boolean readyForQuery) {
            told.add(readyForQuery ? "end, ready" : "end");
        }

        @Override
        public void onServerError(ServerError error) {
            told.add("error " + error.sqlState() + " " + error.getMessage());
        }

        @Override
        public void onNotice(ServerError notice) {
            told.add("notice " + notice.sqlState() + " " + notice.getMessage());
        }

        @Override
        public void onBroken(IOException cause) {
            told.add("broken " + cause.getMessage());
        }

        @Override
        public void onCorrupted(CorruptedFrameException wrong) {
            told.add("corrupted");
        }

        @Override
        public void onClosed() {
            told.add("closed");
        }
    }

    private final class CountReads extends ChannelOutboundHandlerAdapter {

        @Override
        public void read(ChannelHandlerContext ctx) {
            reads[0]++;
        }
    }
}
