package io.walex.reactive.testsupport;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A running PostgreSQL with logical replication on, whose superuser the tests are. */
public abstract sealed class PostgresServer implements AutoCloseable
        permits EmbeddedServer, StandbyServer, ContainerServer, ExternalServer, InstalledServer {

    /** The oldest major version that the library supports. */
    public static final int OLDEST_MAJOR = 14;

    /** The major version that tests use unless they ask for another: the newest. */
    public static final int DEFAULT_MAJOR = 18;

    static {
        // Awaitility's own ten seconds can pass on a machine that others use, too.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private final String host;
    private final int port;
    private final String user;
    private volatile String password;

    PostgresServer(String host, int port, String user, String password) {
        this.host = host;
        this.port = port;
        this.user = user;
        this.password = password;
    }

    /**
     * The server that all tests of this JVM share for a major version. It starts at the first call and stops with the
     * JVM; whoever calls must not close it, restart it or change its settings.
     */
    public static PostgresServer shared(int major) {
        return SharedServers.get(major);
    }

    /**
     * Starts a server that belongs to the caller alone: one to be restarted, crashed, or run with other settings. Always
     * from embedded binaries, whose processes a test can control.
     *
     * @param settings server settings by name, over the defaults of {@link ServerSettings}
     */
    public static EmbeddedServer start(int major, Map<String, String> settings) {
        return EmbeddedServer.launch(major, settings);
    }

    public final String host() {
        return host;
    }

    public final int port() {
        return port;
    }

    /** The superuser's name. */
    public final String user() {
        return user;
    }

    /** The superuser's password; empty where the server trusts everyone. */
    public final String password() {
        return password;
    }

    /** Creates an empty database with a name of its own. */
    public final TestDatabase createDatabase() {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        maintenance().execute("CREATE DATABASE " + name);
        return database(name);
    }

    /** An existing database of this server. */
    public final TestDatabase database(String name) {
        return new ServerDatabase(this, name);
    }

    final TestDatabase maintenance() {
        return database("postgres");
    }

    /**
     * Makes the server ask every TCP client for a password from now on. Helpers of this package know it; other roles keep
     * the password they were created with.
     *
     * @param method {@code scram-sha-256}, {@code md5} or {@code password}
     */
    public final void requirePassword(String method, String superuserPassword) {
        String encryption = method.equals("md5") ? "md5" : "scram-sha-256";
        maintenance()
                .execute(
                        "ALTER SYSTEM SET password_encryption = '" + encryption + "'",
                        "SELECT pg_reload_conf()",
                        "SET password_encryption = '" + encryption + "'",
                        "ALTER ROLE " + user + " PASSWORD '" + superuserPassword + "'");
        password = superuserPassword;
        replaceHba("local all all trust", "host all all all " + method, "host replication all all " + method);
    }

    /** Replaces the whole of {@code pg_hba.conf} and has the server read it; open connections stay. */
    public final void replaceHba(String... lines) {
        // The server writes the file itself, so that it works wherever the server runs.
        String values = Arrays.stream(lines).map(line -> "('" + line + "')").collect(Collectors.joining(", "));
        TestDatabase database = maintenance();
        String file = database.queryText("SHOW hba_file");
        database.execute(
                "COPY (SELECT * FROM (VALUES " + values + ") AS line) TO '" + file + "'", "SELECT pg_reload_conf()");
    }

    final Connection connect(String database, String asUser, String withPassword) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", asUser);
        properties.setProperty("password", withPassword);
        properties.setProperty("ApplicationName", "walex-test");
        String url = String.format(Locale.ROOT, "jdbc:postgresql://%s:%d/%s", host, port, database);
        return DriverManager.getConnection(url, properties);
    }

    @Override
    public abstract void close();
}
