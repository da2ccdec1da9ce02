package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * A server whose synchronous standby is there or not. Without it, what commits is written, flushed and delivered, and not
 * visible.
 */
public final class SkewedServer implements AutoCloseable {

    private final EmbeddedServer server;
    private final TestDatabase database;

    private SkewedServer(EmbeddedServer server) {
        this.server = server;
        this.database = server.createDatabase();
    }

    public static SkewedServer start() {
        int major = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);
        return new SkewedServer(PostgresServer.start(major, Map.of("logical_decoding_work_mem", "64kB")));
    }

    public TestDatabase database() {
        return database;
    }

    /** Commits wait from now on, but those of sessions that set synchronous_commit to local. */
    public void standbyAway() {
        database.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
    }

    /** Commits that wait become visible, and no other waits. */
    public void standbyBack() {
        database.execute("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()");
    }

    /** Commits a statement that nobody sees before the standby is back. */
    public Thread commitUnseen(String sql) {
        int before = waiting();
        Thread committing = new Thread(() -> database.execute("SET synchronous_commit = 'on'", sql), "unseen");
        // Sessions that begin before the server has read its configuration do not wait.
        Awaitility.await("standby away")
                .until(() ->
                        database.queryText("SHOW synchronous_standby_names").equals("nobody"));
        committing.start();
        Awaitility.await("unseen commit").until(() -> waiting() > before);
        return committing;
    }

    private int waiting() {
        return Integer.parseInt(
                database.queryText("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    }

    @Override
    public void close() {
        server.close();
    }
}
