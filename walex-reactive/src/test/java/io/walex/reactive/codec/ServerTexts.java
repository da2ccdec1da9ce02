package io.walex.reactive.codec;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** What a server writes for numbers that Java has. */
final class ServerTexts implements AutoCloseable {

    private final Connection connection;

    ServerTexts(TestDatabase database) throws SQLException {
        connection = database.jdbc();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET extra_float_digits = 1");
        }
    }

    List<String> of(double[] values) throws SQLException {
        return of("float8", values);
    }

    List<String> of(float[] values) throws SQLException {
        return of("float4", values);
    }

    private List<String> of(String type, Object values) throws SQLException {
        Array array = connection.unwrap(PGConnection.class).createArrayOf(type, values);
        try (PreparedStatement statement = connection.prepareStatement("SELECT unnest(?::" + type + "[])::text")) {
            statement.setArray(1, array);
            List<String> texts = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
            return texts;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
