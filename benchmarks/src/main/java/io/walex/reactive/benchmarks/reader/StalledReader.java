package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.event.Event;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** This library, with a subscriber that takes one row, asks for nothing for a time, and then takes one more. */
record StalledReader(Duration stall) implements Reader {

    @Override
    public long rows(Target target) {
        return 2;
    }

    @Override
    public void read(Target target, Meter meter) throws InterruptedException {
        WalEx walex = WalEx.create(WalExReader.config(target, false));
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        BaseSubscriber<Event> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(Event event) {
                (meter.row() ? second : first).countDown();
            }
        };
        walex.changes().subscribe(subscriber);
        first.await();
        Thread.sleep(stall.toMillis());
        subscriber.request(1);
        second.await();
        walex.closeGracefully().block();
    }
}
