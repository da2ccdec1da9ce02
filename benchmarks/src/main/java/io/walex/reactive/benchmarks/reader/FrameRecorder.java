package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a target's frames to a file, to be replayed. */
public final class FrameRecorder {

    private FrameRecorder() {}

    public static void record(Target target, Path file) throws IOException {
        Meter meter = new Meter(target.sent(), Measure.COSTS, () -> {});
        try (WalSocket socket = WalSocket.stream(target);
                OutputStream frames = new BufferedOutputStream(Files.newOutputStream(file))) {
            RawCounter counter = new RawCounter(meter);
            while (!meter.isDone()) {
                socket.fill();
                while (socket.hasFrame() && !meter.isDone()) {
                    socket.copy(frames, counter);
                }
            }
        }
    }
}
