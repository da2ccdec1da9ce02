package io.walex.reactive.guarantees.security;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The words of all SQL that compiled code holds, read from its string constants, so that a statement that is added is
 * among them.
 */
final class SqlWords {

    private static final Pattern SQL = Pattern.compile("\\b(SELECT|SHOW|SET|CREATE|ALTER|DROP|FROM|WHERE)\\b");
    private static final Pattern WORD = Pattern.compile("[a-z_][a-z0-9_]*");
    private static final int UTF8 = 1;

    private SqlWords() {}

    /** Of the jar or directory that the class comes from. */
    static Set<String> of(Class<?> type) {
        Set<String> words = new TreeSet<>();
        for (byte[] file : classFiles(type)) {
            for (String constant : constants(file)) {
                if (SQL.matcher(constant).find()) {
                    WORD.matcher(constant).results().forEach(word -> words.add(word.group()));
                }
            }
        }
        return words;
    }

    private static List<byte[]> classFiles(Class<?> type) {
        try {
            Path source = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            return Files.isDirectory(source) ? inDirectory(source) : inJar(source);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> inDirectory(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<byte[]> found = new ArrayList<>();
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                found.add(Files.readAllBytes(file));
            }
            return found;
        }
    }

    private static List<byte[]> inJar(Path jar) throws IOException {
        try (JarFile opened = new JarFile(jar.toFile())) {
            List<byte[]> found = new ArrayList<>();
            for (var entry : opened.stream()
                    .filter(each -> each.getName().endsWith(".class"))
                    .toList()) {
                try (InputStream content = opened.getInputStream(entry)) {
                    found.add(content.readAllBytes());
                }
            }
            return found;
        }
    }

    /**
     * The UTF-8 entries of the constant pool.
     *
     * @see <a href="https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html#jvms-4.4">The constant pool</a>
     */
    private static List<String> constants(byte[] classFile) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
            in.skipNBytes(8);
            int count = in.readUnsignedShort();
            List<String> constants = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case UTF8 -> constants.add(in.readUTF());
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        // Takes two places.
                        i++;
                    }
                    case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    default -> throw new IllegalStateException("Constant of the unknown tag " + tag);
                }
            }
            return constants;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
