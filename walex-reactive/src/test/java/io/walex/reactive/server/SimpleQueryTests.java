package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SimpleQueryTests {

    private final AtomicReference<Object> outcome = new AtomicReference<>();

    private EmbeddedChannel ask() {
        EmbeddedChannel channel = new EmbeddedChannel(new LengthFieldBasedFrameDecoder(1 << 20, 1, 4, -4, 0));
        SimpleQuery.run(channel, "SELECT 1").subscribe(outcome::set, outcome::set);
        channel.runPendingTasks();
        return channel;
    }

    private static ByteBuf message(char type, byte[] content) {
        return Unpooled.buffer()
                .writeByte(type)
                .writeInt(Integer.BYTES + content.length)
                .writeBytes(content);
    }

    private static ByteBuf error(String fields) {
        return message('E', fields.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void givesTheRows() {
        EmbeddedChannel channel = ask();

        channel.writeInbound(message('D', new byte[] {0, 1, 0, 0, 0, 1, '7'}), message('Z', new byte[] {'I'}));

        assertThat(outcome.get()).isEqualTo(List.of(List.of("7")));
        channel.finishAndReleaseAll();
    }

    /** Nothing but the end follows it. */
    @Test
    void fatalErrorIsTheServersLastWord() {
        EmbeddedChannel channel = ask();

        channel.writeInbound(error("SFATAL\0VFATAL\0C57P03\0Mthe database system is shutting down\0\0"));
        channel.close();

        assertThat(outcome.get())
                .isInstanceOfSatisfying(
                        ServerError.class, error -> assertThat(error.sqlState()).isEqualTo("57P03"));
    }

    @Test
    void endWithoutAWordIsALostConnection() {
        ask().close();

        assertThat(outcome.get()).isInstanceOf(EOFException.class);
    }
}
