package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A blocking socket that frames messages and does nothing with them: what any reader costs at least.
 *
 * @param pause before each read, so that more lies there to be read at once
 */
record SocketReader(Duration pause) implements Reader {

    private static final long STATUS_INTERVAL = Duration.ofSeconds(1).toNanos();

    @Override
    public void read(Target target, Meter meter) throws Exception {
        try (WalSocket socket = WalSocket.stream(target)) {
            RawCounter counter = new RawCounter(meter);
            long statusAt = System.nanoTime();
            while (!meter.isDone()) {
                if (!pause.isZero()) {
                    LockSupport.parkNanos(pause.toNanos());
                }
                socket.fill();
                while (socket.hasFrame()) {
                    socket.count(counter);
                }
                if (System.nanoTime() - statusAt > STATUS_INTERVAL) {
                    statusAt = System.nanoTime();
                    socket.sendStatus();
                }
            }
        }
    }
}
