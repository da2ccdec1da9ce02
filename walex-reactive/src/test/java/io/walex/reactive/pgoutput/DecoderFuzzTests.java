package io.walex.reactive.pgoutput;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;

/**
 * The decoder under Jazzer. In an ordinary build it runs the kept inputs; with {@code JAZZER_FUZZ=1} in the environment it
 * looks for new ones, guided by coverage, and keeps what fails beside the others.
 */
class DecoderFuzzTests {

    @FuzzTest(maxDuration = "5m")
    void anyBytesGiveAMessageOrADecodingException(byte[] message) {
        decode(message, false);
        decode(message, true);
    }

    private static void decode(byte[] message, boolean inStream) {
        try {
            MutatedFramesTests.readAll(PgOutputDecoder.decode(Unpooled.wrappedBuffer(message), inStream, 42));
        } catch (PgOutputDecodingException expected) {
            // Anything else is a finding.
        }
    }
}
