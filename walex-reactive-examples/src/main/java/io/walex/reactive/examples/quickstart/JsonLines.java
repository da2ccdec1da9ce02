package io.walex.reactive.examples.quickstart;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import java.io.IOException;
import java.io.OutputStream;

/** Writes one line for each event, at once. */
record JsonLines(OutputStream out) {

    void write(Event event) {
        byte[] json = EventJson.toJsonBytes(event);
        byte[] line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        line[json.length] = '\n';
        try {
            out.write(line);
            out.flush();
        } catch (IOException e) {
            throw new NobodyReadsException(e);
        }
    }

    /** The other end of the pipe is closed, as {@code head} does when it has enough. */
    static final class NobodyReadsException extends RuntimeException {

        NobodyReadsException(IOException cause) {
            super("Standard output is closed", cause);
        }
    }
}
