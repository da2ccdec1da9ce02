package io.walex.reactive.examples.quickstart;

import io.walex.reactive.snapshot.SnapshotReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A progress bar on the last line of a terminal, drawn over itself. Whatever else goes to the same terminal is written
 * {@linkplain #above above} it. From any thread.
 */
final class StatusLine implements ProgressDisplay {

    private static final byte[] ERASE = "\r\033[K".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream terminal;
    private final Charset charset;
    private final int columns;
    private final boolean colour;
    private byte[] bar = {};
    private boolean visible;

    StatusLine(OutputStream terminal, Charset charset, int columns, boolean colour) {
        this.terminal = terminal;
        this.charset = charset;
        this.columns = columns;
        this.colour = colour;
    }

    @Override
    public synchronized void running(SnapshotReport report) {
        erase();
        bar = ProgressText.bar(report, columns, colour).getBytes(charset);
        draw();
    }

    @Override
    public synchronized void ended(String line) {
        idle();
        write((line + System.lineSeparator()).getBytes(charset));
    }

    @Override
    public synchronized void idle() {
        erase();
        bar = new byte[0];
    }

    /** What is written to the result goes to the other stream, which is the same terminal, and the bar stays below. */
    OutputStream above(OutputStream other) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                writeAbove(other, bytes, from, length);
            }

            @Override
            public void flush() throws IOException {
                other.flush();
            }
        };
    }

    private synchronized void writeAbove(OutputStream other, byte[] bytes, int from, int length) throws IOException {
        erase();
        other.write(bytes, from, length);
        other.flush();
        // Where a line is not at its end, the rest of it follows.
        if (length > 0 && bytes[from + length - 1] == '\n') {
            draw();
        }
    }

    private void erase() {
        if (visible) {
            visible = false;
            write(ERASE);
        }
    }

    private void draw() {
        if (bar.length > 0) {
            visible = true;
            write(bar);
        }
    }

    /** A terminal that is gone shows no progress; that must not end the stream. */
    private void write(byte[] bytes) {
        try {
            terminal.write(bytes);
            terminal.flush();
        } catch (IOException e) {
            bar = new byte[0];
        }
    }
}
