package io.walex.reactive.server;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes parameters into a query. A replication connection takes the simple query protocol only, which has no parameters;
 * on other connections this spares the driver a prepared statement for a query that is sent once.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE">String
 *     constants</a>
 */
public final class SqlLiterals {

    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+)");

    private SqlLiterals() {}

    /** The query with each {@code $n} replaced, which must not stand within quotes. */
    public static String replace(String sql, Object... parameters) {
        return PARAMETER
                .matcher(sql)
                .replaceAll(
                        found -> Matcher.quoteReplacement(literal(parameters[Integer.parseInt(found.group(1)) - 1])));
    }

    /** A name as SQL and the replication protocol's grammar take it. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(Object value) {
        if (value instanceof String text) {
            return quoted(text);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SqlLiterals::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        throw new IllegalArgumentException(
                "No literal for a " + value.getClass().getName());
    }

    private static String quoted(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("PostgreSQL has no text with a zero character");
        }
        String escaped = text.replace("'", "''");
        // The same whether standard_conforming_strings is on or off.
        return text.indexOf('\\') < 0 ? "'" + escaped + "'" : "E'" + escaped.replace("\\", "\\\\") + "'";
    }
}
