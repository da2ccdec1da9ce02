package io.walex.reactive.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

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
    public record Pem(Path certificate, Path key) {

        /** Accepts this certificate. */
        public TrustManagerFactory trusted() {
            return managers(store -> {
                store.setCertificateEntry("trusted", read());
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(store);
                return factory;
            });
        }

        /** Shows this certificate. */
        public KeyManagerFactory shown() {
            return managers(store -> {
                byte[] encoded =
                        Base64.getMimeDecoder().decode(Files.readString(key).replaceAll("-----.*-----", ""));
                PrivateKey own = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
                store.setKeyEntry("own", own, PASSWORD, new Certificate[] {read()});
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store, PASSWORD);
                return factory;
            });
        }

        private Certificate read() throws Exception {
            try (var input = Files.newInputStream(certificate)) {
                return CertificateFactory.getInstance("X.509").generateCertificate(input);
            }
        }

        private <T> T managers(Making<T> making) {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, PASSWORD);
                return making.of(store);
            } catch (Exception e) {
                throw new IllegalStateException("Cannot read " + certificate, e);
            }
        }

        private interface Making<T> {

            T of(KeyStore store) throws Exception;
        }
    }

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
