package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;

/** Takes the rows of a {@link PipelinedRequest} as they come. */
@FunctionalInterface
public interface RowFrames {

    /** What comes before each row: the type's letter and the length, which counts itself. */
    int HEADER_SIZE = 1 + Integer.BYTES;

    /**
     * Takes whole DataRow frames, which stand one behind the other from the reader's index on. What is not copied is lost.
     *
     * @param length of all
     * @return whether more is wanted; once it is not, the server is told to stop, and what comes until then is dropped
     */
    boolean take(ByteBuf frames, int length);
}
