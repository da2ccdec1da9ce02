package io.walex.reactive.testsupport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** PostgreSQL in a container of the official image. */
final class ContainerServer extends PostgresServer {

    private static final String PASSWORD = "postgres";

    private final PostgreSQLContainer container;

    private ContainerServer(PostgreSQLContainer container) {
        super(container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT), "postgres", PASSWORD);
        this.container = container;
    }

    static ContainerServer start(int major) {
        PostgreSQLContainer container = new PostgreSQLContainer("postgres:" + major + "-alpine")
                .withUsername("postgres")
                .withPassword(PASSWORD)
                .withDatabaseName("postgres");
        container.setCommand(command());
        container.start();
        return new ContainerServer(container);
    }

    private static String[] command() {
        List<String> command = new ArrayList<>(List.of("postgres"));
        ServerSettings.with(Map.of()).forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        return command.toArray(String[]::new);
    }

    @Override
    public void close() {
        container.stop();
    }

    @Override
    public String toString() {
        return "a container of " + container.getDockerImageName();
    }
}
