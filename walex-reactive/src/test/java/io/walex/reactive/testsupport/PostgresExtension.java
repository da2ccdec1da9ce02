package io.walex.reactive.testsupport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty database on the shared server: one for the test class where the extension stands in a static field, one for
 * each test where it stands in an instance field. Dropped afterwards, with its slots and connections.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PostgresExtension postgres = PostgresExtension.shared();
 * }</pre>
 */
public final class PostgresExtension
        implements TestDatabase, BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private final int major;
    private @Nullable TestDatabase database;
    private boolean ofClass;

    private PostgresExtension(int major) {
        this.major = major;
    }

    /** On the default major version, or that of the system property {@code walex.test.major}. */
    public static PostgresExtension shared() {
        return shared(Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR));
    }

    public static PostgresExtension shared(int major) {
        return new PostgresExtension(major);
    }

    @Override
    public PostgresServer server() {
        return PostgresServer.shared(major);
    }

    @Override
    public String name() {
        if (database == null) {
            throw new IllegalStateException("No test is running");
        }
        return database.name();
    }

    /** One more empty database; the caller drops it. */
    public TestDatabase createDatabase() {
        return server().createDatabase();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ofClass = true;
        database = createDatabase();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!ofClass) {
            database = createDatabase();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!ofClass) {
            drop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        drop();
    }
}
