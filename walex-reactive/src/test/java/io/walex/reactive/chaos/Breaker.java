package io.walex.reactive.chaos;

import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Breaks one thing after the other, and mends it. */
final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    /** Each break as often as there are cards of it, so that a short run has all of them. */
    private static final int CARDS = 20;

    private final Queue<Integer> deck = new ArrayDeque<>();
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
        if (deck.isEmpty()) {
            List<Integer> cards =
                    new ArrayList<>(IntStream.range(0, CARDS).boxed().toList());
            Collections.shuffle(cards, random);
            deck.addAll(cards);
        }
        switch (deck.remove()) {
            case 0 -> crash();
            case 1 -> restart();
            case 2, 3 -> blackHole();
            case 4, 5 -> refuse();
            case 6, 7, 8, 9, 10, 11 -> reset();
            default -> terminate();
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
