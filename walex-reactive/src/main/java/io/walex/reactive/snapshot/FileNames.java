package io.walex.reactive.snapshot;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file's name for any key: different for different keys also where a file system ignores case, and taken by all of them.
 */
final class FileNames {

    private static final int LONGEST = 160;

    private FileNames() {}

    static String of(String key) {
        StringBuilder name = new StringBuilder();
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            if (each >= 'a' && each <= 'z' || each >= '0' && each <= '9' || "-_.".indexOf(each) >= 0) {
                name.append((char) each);
            } else {
                name.append('%').append(HexFormat.of().toHexDigits(each));
            }
        }
        if (name.length() > LONGEST) {
            name.setLength(LONGEST - 66);
            // No byte is written so, and no two keys have the same.
            name.append("%-").append(sha256(key));
        }
        // Names of devices, hidden files and "..": none of them begins and ends so.
        return "snapshot-" + name + ".json";
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("Every Java has SHA-256", e);
        }
    }
}
