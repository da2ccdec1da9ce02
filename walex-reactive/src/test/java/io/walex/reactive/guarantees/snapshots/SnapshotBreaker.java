package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** A thread that breaks one thing after the other, until it is ended. */
final class SnapshotBreaker extends Thread {

    private static final int MOST_CRASHES = 3;

    private final EmbeddedServer server;
    private final TestDatabase database;
    private final TcpProxy proxy;
    private final Random random;
    private final Map<String, Integer> broken = new TreeMap<>();
    private volatile boolean over;

    SnapshotBreaker(EmbeddedServer server, TestDatabase database, TcpProxy proxy, Random random) {
        super("breaker");
        this.server = server;
        this.database = database;
        this.proxy = proxy;
        this.random = random;
    }

    @Override
    public void run() {
        while (!over) {
            LockSupport.parkNanos(Duration.ofMillis(100 + random.nextInt(500)).toNanos());
            try {
                breakSomething();
            } catch (IllegalStateException e) {
                // The server is not there yet.
            }
        }
    }

    private void breakSomething() {
        switch (random.nextInt(9)) {
            case 0, 1, 2, 3 -> {
                if (terminate("client backend") > 0) {
                    count("reading connection");
                }
            }
            case 4, 5 -> {
                if (terminate("walsender") > 0) {
                    count("walsender");
                }
            }
            case 6 -> {
                proxy.reset();
                count("network");
            }
            case 7 -> {
                proxy.pause();
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
                proxy.reset();
                proxy.resume();
                count("silence");
            }
            default -> {
                if (broken.getOrDefault("server", 0) < MOST_CRASHES) {
                    server.restart(StopMode.IMMEDIATE);
                    count("server");
                }
            }
        }
    }

    /** Of the library, which calls itself as the database. */
    private int terminate(String type) {
        return Integer.parseInt(database.queryText("""
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE application_name = current_database() AND backend_type = '%s'""".formatted(type)));
    }

    private void count(String what) {
        broken.merge(what, 1, Integer::sum);
    }

    /** What was broken, and how often. */
    Map<String, Integer> end() {
        over = true;
        try {
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return broken;
    }
}
