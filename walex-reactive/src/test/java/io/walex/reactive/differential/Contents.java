package io.walex.reactive.differential;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Each table's number of rows and a digest of them all. */
final class Contents {

    private static final String TABLES =
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace";

    private Contents() {}

    /**
     * Reads them.
     *
     * @param instead queries by table, of which the rows are taken instead of the table's
     */
    static Map<String, String> of(Connection connection, Map<String, String> instead) throws SQLException {
        List<String> digests = new ArrayList<>();
        for (String[] table : rows(connection, TABLES)) {
            digests.add("""
                    SELECT '%s', count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
                      FROM (%s) t
                    """.formatted(table[0], instead.getOrDefault(table[0], "SELECT * FROM " + table[0])));
        }
        Map<String, String> contents = new TreeMap<>();
        for (String[] digest : rows(connection, String.join(" UNION ALL ", digests))) {
            contents.put(digest[0], digest[1]);
        }
        return contents;
    }

    private static List<String[]> rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String[]> all = new ArrayList<>();
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                String[] row = new String[columns];
                for (int i = 0; i < columns; i++) {
                    row[i] = rows.getString(i + 1);
                }
                all.add(row);
            }
            return all;
        }
    }
}
