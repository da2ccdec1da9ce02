package io.walex.reactive.benchmarks.server;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The workloads, at a scale: 1 is a million narrow rows. */
public final class Workloads {

    private static final String NARROW =
            "CREATE TABLE %s (id bigint PRIMARY KEY, customer int NOT NULL, quantity int NOT NULL, note text NOT NULL)";
    private static final String NARROW_ROWS =
            "INSERT INTO %1$s SELECT t * %2$d + i, i %% 1000, i, 'note ' || t FROM generate_series(1, %2$d) i;";

    private Workloads() {}

    public static List<Workload> throughput(double scale) {
        return List.of(w1(scale), w2(scale), w3(scale), w4(scale));
    }

    /** Narrow inserts in small transactions. */
    public static Workload w1(double scale) {
        return narrow("W1", Math.round(1_000_000 * scale), 10);
    }

    /** Narrow inserts in transactions of a size. */
    public static Workload narrow(String name, long rows, long perTransaction) {
        return new Workload(
                name,
                "%,d narrow inserts, %,d per transaction".formatted(rows, perTransaction),
                List.of(NARROW.formatted("narrow"), procedure(NARROW_ROWS.formatted("narrow", perTransaction))),
                List.of(call(rows / perTransaction)),
                List.of("narrow"),
                rows,
                rows);
    }

    /** Wide rows in large transactions. */
    public static Workload w2(double scale) {
        return wide("W2", Math.round(500_000 * scale), Math.round(100_000 * scale));
    }

    /** Wide rows in transactions of a size. */
    public static Workload wide(String name, long rows, long perTransaction) {
        return new Workload(
                name,
                "%,d inserts of 20 columns, %,d per transaction".formatted(rows, perTransaction),
                List.of("""
                        CREATE TABLE wide (
                            id bigint PRIMARY KEY, customer int, product int, quantity int, warehouse bigint, rank smallint,
                            name text, street text, city text, country text, comment text,
                            price numeric(12,2), tax numeric(12,2), discount numeric(5,4),
                            weight float8, active boolean, reference uuid, ordered timestamptz, shipped date, extra jsonb)
                        """, procedure("""
                                INSERT INTO wide SELECT t * %1$d + i, i %% 1000, i %% 5000, i %% 20, 4000000000 + i, i %% 10,
                                    'Customer ' || i, i || ' Long Street', 'City ' || i %% 300, 'Country ' || i %% 90,
                                    repeat('comment ', 5), i / 7.0, i / 70.0, 0.0525,
                                    i / 3.0, i %% 2 = 0, md5(i::text)::uuid, '2026-01-01 12:00:00Z'::timestamptz + i * interval '1 s',
                                    '2026-01-01'::date + i %% 365, jsonb_build_object('colour', 'blue', 'size', i %% 50)
                                FROM generate_series(1, %1$d) i;
                                """.formatted(perTransaction))),
                List.of(call(rows / perTransaction)),
                List.of("wide"),
                rows,
                rows);
    }

    /** Updates that bring their old rows. */
    public static Workload w3(double scale) {
        long rows = Math.round(300_000 * scale);
        long perTransaction = 100;
        long accounts = Math.max(perTransaction, rows / 10);
        return new Workload(
                "W3",
                "%,d updates with replica identity full, %,d per transaction".formatted(rows, perTransaction),
                List.of(
                        """
                        CREATE TABLE account (
                            id bigint PRIMARY KEY, owner text, balance numeric(12,2), status text, visits int) WITH (fillfactor = 50)
                        """,
                        "ALTER TABLE account REPLICA IDENTITY FULL",
                        "INSERT INTO account SELECT i, 'Owner ' || i, i, 'open', 0 FROM generate_series(1, %d) i"
                                .formatted(accounts),
                        procedure("""
                                UPDATE account SET balance = balance + 1.25, visits = visits + 1
                                WHERE id BETWEEN t * %1$d %% %2$d + 1 AND t * %1$d %% %2$d + %1$d;
                                """.formatted(perTransaction, accounts))),
                List.of(call(rows / perTransaction)),
                List.of("account"),
                rows,
                rows);
    }

    /** W1, nine tenths of it of no interest. */
    public static Workload w4(double scale) {
        long rows = Math.round(1_000_000 * scale);
        return new Workload(
                "W4",
                "%,d narrow inserts, 10 per transaction, 9 of them in a table not subscribed to".formatted(rows),
                List.of(
                        NARROW.formatted("narrow"),
                        NARROW.formatted("ignored"),
                        procedure(NARROW_ROWS.formatted("ignored", 9) + NARROW_ROWS.formatted("narrow", 1))),
                List.of(call(rows / 10)),
                List.of("narrow"),
                rows,
                rows / 10);
    }

    /** Rows of a number of text columns of a width. */
    public static Workload shaped(String name, long rows, int columns, int width) {
        String types = IntStream.range(0, columns)
                .mapToObj(i -> "c" + i + " text STORAGE PLAIN")
                .collect(Collectors.joining(", "));
        String values = IntStream.range(0, columns)
                .mapToObj(i -> "repeat('%c', %d)".formatted('a' + i % 26, width))
                .collect(Collectors.joining(", "));
        return new Workload(
                name,
                "%,d inserts of %,d columns of %,d bytes".formatted(rows, columns, width),
                List.of(
                        "CREATE TABLE shaped (" + types + ")",
                        procedure("INSERT INTO shaped SELECT %s FROM generate_series(1, 100) i;".formatted(values))),
                List.of(call(rows / 100)),
                List.of("shaped"),
                rows,
                rows);
    }

    /** Narrow rows dealt to a number of tables, round about. */
    public static Workload tables(String name, long rows, int tables) {
        return new Workload(
                name,
                "%,d narrow inserts over %,d tables, 10 per transaction".formatted(rows, tables),
                List.of("""
                        CREATE PROCEDURE make(tables bigint) LANGUAGE plpgsql AS $$
                        BEGIN
                            FOR t IN 0 .. tables - 1 LOOP
                                EXECUTE format('CREATE TABLE t%s (id bigint, customer int, quantity int, note text)', t);
                                IF t % 500 = 499 THEN COMMIT; END IF;
                            END LOOP;
                        END $$
                        """, "CALL make(%d)".formatted(tables), procedure("""
                                FOR i IN 1 .. 10 LOOP
                                    EXECUTE format('INSERT INTO t%%s VALUES ($1, 1, 1, ''note'')', (t * 10 + i) %% %d) USING t;
                                END LOOP;
                                """.formatted(tables))),
                List.of(call(rows / 10)),
                List.of("*"),
                rows,
                rows);
    }

    private static String procedure(String body) {
        return """
                CREATE PROCEDURE load(transactions bigint) LANGUAGE plpgsql AS $$
                BEGIN
                    FOR t IN 0 .. transactions - 1 LOOP
                        %s
                        COMMIT;
                    END LOOP;
                END $$
                """.formatted(body);
    }

    private static String call(long transactions) {
        return "CALL load(%d)".formatted(transactions);
    }
}
