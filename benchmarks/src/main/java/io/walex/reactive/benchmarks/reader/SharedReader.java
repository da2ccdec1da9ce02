package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.event.Event;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Flux;

/** One stream of this library, shared by many subscribers; the meter counts what the last of them is given. */
record SharedReader(int subscribers) implements Reader {

    @Override
    public long rows(Target target) {
        return target.wanted();
    }

    @Override
    public void read(Target target, Meter meter) throws InterruptedException {
        WalEx walex = WalEx.create(WalExReader.config(target, false));
        CountDownLatch done = new CountDownLatch(1);
        long[] seen = new long[subscribers];
        Flux<Event> shared = walex.changes().publish().autoConnect(subscribers);
        for (int i = 0; i < subscribers - 1; i++) {
            int subscriber = i;
            shared.subscribe(event -> seen[subscriber]++, error -> done.countDown());
        }
        shared.subscribe(
                event -> {
                    if (meter.row()) {
                        done.countDown();
                    }
                },
                error -> done.countDown());
        done.await();
        walex.closeGracefully().block();
    }
}
