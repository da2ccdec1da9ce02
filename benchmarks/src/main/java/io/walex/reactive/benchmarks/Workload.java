package io.walex.reactive.benchmarks;

import java.util.Locale;

/** A prepared table, and the statement whose transaction of {@value #ROWS} rows is captured. */
public enum Workload {

    /** 5 columns, about 80 bytes a row. */
    NARROW_INSERT(
            """
            INSERT INTO narrow
            SELECT i, 'customer ' || i, i * 1.25, timestamptz '2026-01-01 00:00Z' + i * interval '1 s', i % 2 = 0
            FROM generate_series(1, 100) AS i
            """,
            "CREATE TABLE narrow (id bigint PRIMARY KEY, name text, amount numeric(10, 2), at timestamptz, paid boolean)"),

    /** The old row and the new row of 5 columns, two of which change. */
    NARROW_UPDATE(
            "UPDATE account SET balance = balance + 1.25, visits = visits + 1",
            "CREATE TABLE account (id bigint PRIMARY KEY, owner text, balance numeric(12,2), status text, visits int)",
            "ALTER TABLE account REPLICA IDENTITY FULL",
            "INSERT INTO account SELECT i, 'Owner ' || i, i, 'open', 1000 FROM generate_series(1, 100) AS i"),

    /** 12 columns of mixed types, about 350 bytes a row. */
    WIDE_INSERT(Workload.FILL, Workload.CREATE),

    /** The old row and the new row of the same columns. */
    WIDE_UPDATE(
            "UPDATE wide SET quantity = quantity + 1",
            Workload.CREATE,
            "ALTER TABLE wide REPLICA IDENTITY FULL",
            Workload.FILL);

    static final int ROWS = 100;

    private static final String CREATE = """
            CREATE TABLE wide (
              id bigint PRIMARY KEY, reference uuid, customer text, street text, city text, note text,
              quantity integer, price numeric(12, 2), weight double precision, paid boolean,
              ordered_at timestamptz, details jsonb)
            """;

    private static final String FILL = """
            INSERT INTO wide
            SELECT i, md5(i::text)::uuid, 'customer ' || i, i || ' Long Street', 'Springfield', repeat('note ', 20),
              i, i * 1.25, i / 7.0, i % 2 = 0, timestamptz '2026-01-01 00:00Z' + i * interval '1 s',
              jsonb_build_object('colour', 'blue', 'size', i, 'tags', ARRAY['new', 'fragile'])
            FROM generate_series(1, 100) AS i
            """;

    final String statement;
    final String preparation;

    Workload(String statement, String... preparation) {
        this.statement = statement;
        this.preparation = String.join(";\n", preparation);
    }

    String resource() {
        return name().toLowerCase(Locale.ROOT) + ".frames";
    }
}
