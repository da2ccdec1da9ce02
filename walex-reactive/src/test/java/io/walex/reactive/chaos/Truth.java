package io.walex.reactive.chaos;

import io.walex.reactive.testsupport.TestDatabase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the server itself says was committed, read by SQL and not by the library. */
final class Truth {

    private Truth() {}

    /** The first two columns of all inserted rows, in commit order. */
    static List<String> read(TestDatabase database, String slot) {
        return database.query(
                "SELECT data FROM pg_logical_slot_peek_binary_changes('" + slot
                        + "', NULL, NULL, 'proto_version', '1', 'publication_names', 'events')"
                        + " WHERE get_byte(data, 0) = ascii('I')",
                row -> firstTwoColumns(ByteBuffer.wrap(row.getBytes(1))));
    }

    /** An Insert: its letter, the relation, {@code N}, the number of columns, and of each a {@code t}, length and text. */
    private static String firstTwoColumns(ByteBuffer insert) {
        insert.position(1 + Integer.BYTES + 1 + Short.BYTES);
        return text(insert) + ":" + text(insert);
    }

    private static String text(ByteBuffer columns) {
        columns.get();
        byte[] text = new byte[columns.getInt()];
        columns.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
