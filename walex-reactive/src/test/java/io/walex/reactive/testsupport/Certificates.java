package io.walex.reactive.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Throw-away certificates as PEM files, made with the JDK's keytool. */
public final class Certificates {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;

    public Certificates(Path directory) {
        this.directory = directory;
    }

    /**
     * A self-signed certificate, which is its own authority.
     *
     * @param name the common name, and the files' name
     * @param alternativeName such as {@code dns:localhost}
     */
    public Pem selfSigned(String name, String alternativeName) {
        Path store = directory.resolve(name + ".p12");
        run(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=" + alternativeName,
                "-ext",
                "BC=ca:true",
                "-validity",
                "10",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        try (var input = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(input, PASSWORD);
            Certificate certificate = keys.getCertificate(name);
            return new Pem(
                    write(name + ".crt", "CERTIFICATE", certificate.getEncoded()),
                    write(
                            name + ".key",
                            "PRIVATE KEY",
                            keys.getKey(name, PASSWORD).getEncoded()));
        } catch (Exception e) {
            throw new IllegalStateException("Cannot read " + store, e);
        }
    }

    /** A certificate's and its key's file. */
    public record Pem(Path certificate, Path key) {}

    private Path write(String file, String label, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        Path path = directory.resolve(file);
        Files.writeString(path, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            // PostgreSQL refuses a key that others may read.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
        return path;
    }

    private static void run(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            process.getInputStream().transferTo(output);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
