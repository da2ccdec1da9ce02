package io.walex.reactive.chaos;

import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Breaks one thing after the other, and mends it. */
final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private final EmbeddedServer server;
    private final TestDatabase database;
    private final TcpProxy proxy;
    private final Writers writers;
    private final Random random;

    Breaker(EmbeddedServer server, TestDatabase database, TcpProxy proxy, Writers writers, Random random) {
        this.server = server;
        this.database = database;
        this.proxy = proxy;
        this.writers = writers;
        this.random = random;
    }

    void run(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            pause(100 + random.nextInt(1000));
            breakSomething();
        }
    }

    private void breakSomething() {
        switch (random.nextInt(10)) {
            case 0 -> crashOrRestart();
            case 1 -> blackHole();
            case 2 -> refuse();
            case 3, 4, 5 -> reset();
            default -> terminate();
        }
    }

    private void crashOrRestart() {
        if (random.nextBoolean()) {
            crash();
        } else {
            restart();
        }
    }

    private void crash() {
        LOG.info("crash");
        server.restart(StopMode.IMMEDIATE);
    }

    private void restart() {
        LOG.info("restart");
        writers.whileNothingIsPrepared(() -> server.restart(StopMode.FAST));
    }

    private void blackHole() {
        LOG.info("black hole");
        proxy.pause();
        pause(500 + random.nextInt(3000));
        proxy.resume();
    }

    private void refuse() {
        LOG.info("refuse");
        proxy.refuse();
        proxy.reset();
        pause(random.nextInt(1500));
        proxy.accept();
    }

    private void reset() {
        LOG.info("reset");
        proxy.reset();
    }

    private void terminate() {
        String slot = Consumers.SLOTS.get(random.nextInt(Consumers.SLOTS.size()));
        LOG.info("terminate {}", slot);
        database.terminateWalsenders(slot);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
