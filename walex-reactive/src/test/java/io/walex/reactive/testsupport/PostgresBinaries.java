package io.walex.reactive.testsupport;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The binaries of a major version that is not on the class path, read from the jar that the build copied beside the
 * test classes. Binaries of two majors have the same resource names, so one class path cannot hold both.
 */
record PostgresBinaries(Path directory) implements PgBinaryResolver {

    static PgBinaryResolver of(int major) {
        return major == PostgresServer.DEFAULT_MAJOR
                ? DefaultPostgresBinaryResolver.INSTANCE
                : new PostgresBinaries(
                        buildDirectory().resolve("postgres-binaries").resolve(String.valueOf(major)));
    }

    private static Path buildDirectory() {
        try {
            URL classes =
                    PostgresBinaries.class.getProtectionDomain().getCodeSource().getLocation();
            return Path.of(classes.toURI()).resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public InputStream getPgBinary(String system, String machineHardware) throws IOException {
        // Each jar is of one platform: that of the machine that built.
        try (JarFile jar = new JarFile(jar().toFile())) {
            JarEntry archive = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow();
            return new ByteArrayInputStream(jar.getInputStream(archive).readAllBytes());
        }
    }

    private Path jar() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("No PostgreSQL binaries in " + directory + "; run: mvn pre-integration-test");
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
