package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.server.BenchmarkServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.LongStream;

/** Samples how many bytes of WAL a slot is confirmed behind what is written. */
final class SlotLag implements Runnable {

    private static final long INTERVAL_MS = 50;
    private static final String LAG =
            "SELECT pg_current_wal_lsn() - confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = ?";

    private final BenchmarkServer server;
    private final Target slot;
    private final LongStream.Builder bytes = LongStream.builder();
    private final Thread thread = new Thread(this, "slot-lag");
    private volatile boolean ended;

    private SlotLag(BenchmarkServer server, Target slot) {
        this.server = server;
        this.slot = slot;
    }

    static SlotLag start(BenchmarkServer server, Target slot) {
        SlotLag lag = new SlotLag(server, slot);
        lag.thread.setDaemon(true);
        lag.thread.start();
        return lag;
    }

    /** The samples, sorted. */
    long[] end() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long[] sorted = bytes.build().toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public void run() {
        try (Connection connection = server.connect(slot.database());
                PreparedStatement lag = connection.prepareStatement(LAG)) {
            lag.setString(1, slot.slot());
            while (!ended) {
                try (ResultSet row = lag.executeQuery()) {
                    if (row.next()) {
                        bytes.add(row.getLong(1));
                    }
                }
                Thread.sleep(INTERVAL_MS);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The lag of a slot cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
