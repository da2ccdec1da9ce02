package io.walex.reactive.codec;

import io.walex.reactive.testsupport.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** Both forms of values, from a server, with the settings that the replication connection has. */
final class ServerForms implements AutoCloseable {

    private static final int COPY_HEADER = 19;

    private final Connection connection;

    ServerForms(TestDatabase database) throws SQLException {
        connection = database.jdbc();
        execute("SET DateStyle = ISO");
        execute("SET TimeZone = 'UTC'");
        execute("SET extra_float_digits = 1");
        execute("SET bytea_output = 'hex'");
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Through the types' output functions: a cast to text is something else for some types. */
    List<String> texts(List<String> expressions) throws SQLException {
        String columns = String.join(
                ", ", expressions.stream().map(e -> "format('%s', " + e + ")").toList());
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + columns)) {
            row.next();
            List<String> texts = new ArrayList<>();
            for (int i = 1; i <= expressions.size(); i++) {
                texts.add(row.getString(i));
            }
            return texts;
        }
    }

    List<byte[]> binaries(List<String> expressions) throws SQLException, IOException {
        ByteArrayOutputStream copied = new ByteArrayOutputStream();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT " + String.join(", ", expressions) + ") TO STDOUT (FORMAT binary)", copied);
        ByteBuffer buffer = ByteBuffer.wrap(copied.toByteArray()).position(COPY_HEADER);
        List<byte[]> binaries = new ArrayList<>();
        int count = buffer.getShort();
        for (int i = 0; i < count; i++) {
            byte[] value = new byte[buffer.getInt()];
            buffer.get(value);
            binaries.add(value);
        }
        return binaries;
    }

    /** The type of an expression. */
    int oid(String expression) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_typeof(" + expression + ")::oid")) {
            row.next();
            return (int) row.getLong(1);
        }
    }

    List<PgType> types() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TypeCatalog.TYPES)) {
            List<PgType> types = new ArrayList<>();
            while (rows.next()) {
                types.add(TypeCatalog.type(column -> text(rows, column)));
            }
            return types;
        }
    }

    private static String text(ResultSet row, String column) {
        try {
            return row.getString(column);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
