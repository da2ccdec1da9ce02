package io.walex.reactive.testsupport;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/**
 * Chooses where the shared servers come from: the server at the system property {@value #URL_PROPERTY} where that is
 * set (for the default major only; whoever asks for another gets it from the next source), else a container where a
 * Docker engine answers, else embedded binaries.
 */
final class SharedServers {

    static final String URL_PROPERTY = "walex.test.url";

    private static final Logger log = LoggerFactory.getLogger(SharedServers.class);
    private static final Map<Integer, PostgresServer> SERVERS = new ConcurrentHashMap<>();

    private SharedServers() {}

    static PostgresServer get(int major) {
        return SERVERS.computeIfAbsent(major, SharedServers::start);
    }

    private static PostgresServer start(int major) {
        String url = System.getProperty(URL_PROPERTY, "");
        if (major == PostgresServer.DEFAULT_MAJOR && !url.isEmpty()) {
            return announce(ExternalServer.at(url), "the system property " + URL_PROPERTY + " names it");
        }
        if (DockerClientFactory.instance().isDockerAvailable()) {
            return announce(ContainerServer.start(major), "a Docker engine answers");
        }
        return announce(EmbeddedServer.launch(major, Map.of()), "no Docker engine answers");
    }

    private static PostgresServer announce(PostgresServer server, String reason) {
        String version = server.maintenance().queryText("SHOW server_version");
        log.info("Tests share PostgreSQL {} from {}, because {}", version, server, reason);
        return server;
    }
}
