package io.walex.reactive.guarantees.security;

import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.walex.reactive.WalEx;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Plants objects that somebody who may create some in a schema could lie in wait with: for every word of the library's
 * and the driver's SQL that names a function, a relation or a type of {@code pg_catalog}, and for every operator, one of
 * the same name. Functions and operators come with the arguments of the original, which count where the schema is searched
 * first, and with others, which a call may match better.
 *
 * <p>Each does what the original does, and records that a victim's session used it.
 */
final class HostileNames {

    static final String VICTIM = "victim";

    private static final String TRAP = """
            CREATE SCHEMA trap;
            CREATE SEQUENCE trap.calls;
            CREATE TABLE trap.sprung (what text);
            CREATE FUNCTION trap.spring(what text) RETURNS bool LANGUAGE plpgsql
                SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                IF session_user LIKE 'victim%' THEN
                    -- Stays when the transaction is rolled back.
                    PERFORM nextval('trap.calls');
                    INSERT INTO trap.sprung VALUES (what);
                END IF;
                RETURN true;
            END $$;
            GRANT USAGE ON SCHEMA trap TO public;
            """;

    /** For one schema, and the words. */
    private static final String PLANT = """
            DO $plant$
            DECLARE
                schema text := '<schema>';
                words text[] := '{<words>}';
                types text[] := '{text,name,oid,int4,int8,bool,"\\"char\\"",pg_lsn,regclass,regproc,pg_snapshot,jsonb,_text,_name}';
                counted int := 0;
                f record;
                g record;
            BEGIN
                SET LOCAL check_function_bodies = off;
                SET LOCAL search_path = pg_catalog;
                EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', schema);
                EXECUTE format('GRANT ALL ON SCHEMA %I TO public', schema);

                FOR f IN
                    SELECT proname, pronargs, proretset, proallargtypes, oidvectortypes(proargtypes) AS arguments,
                           pg_get_function_arguments(oid) AS declared, pg_get_function_result(oid) AS result,
                           proargtypes, prorettype
                      FROM pg_proc
                     WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND proname = ANY (words)
                LOOP
                    PERFORM trap.plant(format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE sql AS %L', schema, f.proname,
                        replace(f.declared, 'VARIADIC "any"', 'VARIADIC text[]'), f.result,
                        trap.body(f.proname, f.pronargs, f.declared LIKE '%VARIADIC%')));
                    CONTINUE WHEN f.proallargtypes IS NOT NULL OR f.pronargs = 0 OR f.pronargs > 3;
                    FOR g IN
                        SELECT string_agg(CASE WHEN n = changed THEN t ELSE format_type(f.proargtypes[n], NULL) END, ', '
                                          ORDER BY n) AS arguments
                          FROM generate_series(0, f.pronargs - 1) changed, unnest(types) t,
                               generate_series(0, f.pronargs - 1) n
                         GROUP BY changed, t
                    LOOP
                        PERFORM trap.plant(format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE sql AS %L', schema,
                            f.proname, g.arguments, f.result, trap.body(f.proname, f.pronargs, false)));
                    END LOOP;
                END LOOP;

                FOR f IN
                    SELECT DISTINCT ON (proname, arguments) proname,
                           CASE WHEN pronargs = 0 THEN '' ELSE replace(oidvectortypes(proargtypes), '"any"', 'anyelement') END
                               AS arguments
                      FROM pg_proc
                     WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'a' AND proname = ANY (words)
                LOOP
                    counted := counted + 1;
                    PERFORM trap.plant(format('CREATE FUNCTION %I.step_%s(%s) RETURNS text LANGUAGE sql AS %L', schema,
                        counted, concat_ws(', ', 'text', nullif(f.arguments, '')),
                        format('SELECT trap.spring(%L)::text', 'aggregate ' || f.proname)));
                    PERFORM trap.plant(format('CREATE AGGREGATE %I.%I(%s) (SFUNC = %I.step_%s, STYPE = text)', schema,
                        f.proname, CASE WHEN f.arguments = '' THEN '*' ELSE f.arguments END, schema, counted));
                END LOOP;

                FOR f IN
                    SELECT oprname, oprleft::regtype::text AS l, oprright::regtype::text AS r, oprresult::regtype::text AS result
                      FROM pg_operator
                     WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprleft <> 0 AND oprright <> 0
                     UNION
                    SELECT o.oprname, l, r, min(o.oprresult::regtype::text)
                      FROM pg_operator o, unnest(types) l, unnest(types) r
                     WHERE o.oprname IN ('=', '<>', '<', '>', '<=', '>=', '-', '+', '||', '->', '->>', '@>', '~', '~~', '!~~')
                     GROUP BY 1, 2, 3
                LOOP
                    counted := counted + 1;
                    PERFORM trap.plant(format('CREATE FUNCTION %I.operator_%s(%s, %s) RETURNS %s LANGUAGE sql AS %L', schema,
                        counted, f.l, f.r, f.result,
                        format('SELECT trap.spring(%L); SELECT $1 OPERATOR(pg_catalog.%s) $2',
                            format('operator %s (%s, %s)', f.oprname, f.l, f.r), f.oprname)));
                    PERFORM trap.plant(format('CREATE OPERATOR %I.%s (FUNCTION = %I.operator_%s, LEFTARG = %s, RIGHTARG = %s)',
                        schema, f.oprname, schema, counted, f.l, f.r));
                END LOOP;

                FOR f IN
                    SELECT relname FROM pg_class
                     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') AND relname = ANY (words)
                LOOP
                    PERFORM trap.plant(format(
                        'CREATE VIEW %I.%I AS SELECT * FROM pg_catalog.%I WHERE trap.spring(%L)',
                        schema, f.relname, f.relname, 'relation ' || f.relname));
                    PERFORM trap.plant(format('GRANT SELECT ON %I.%I TO public', schema, f.relname));
                END LOOP;

                -- Last, since what stands above would find them.
                FOR f IN
                    SELECT typname FROM pg_type
                     WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype <> 'c' AND typelem = 0
                       AND typname = ANY (words)
                LOOP
                    PERFORM trap.plant(format('CREATE DOMAIN %I.%I AS pg_catalog.%I CHECK (trap.spring(%L))',
                        schema, f.typname, f.typname, 'type ' || f.typname));
                END LOOP;
            END $plant$;
            """;

    private static final String PLANTING = """
            CREATE FUNCTION trap.body(name text, arguments int, variadic_last bool) RETURNS text LANGUAGE sql AS $$
                SELECT format('SELECT trap.spring(%L); SELECT * FROM pg_catalog.%I(%s)', 'function ' || name, name,
                    (SELECT string_agg(CASE WHEN variadic_last AND n = arguments THEN 'VARIADIC ' ELSE '' END || '$' || n, ', '
                                       ORDER BY n)
                       FROM generate_series(1, arguments) n))
            $$;
            -- What cannot be made, such as a function of a pseudo-type, cannot be lain in wait with.
            CREATE FUNCTION trap.plant(statement text) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                EXECUTE statement;
            EXCEPTION WHEN OTHERS THEN
                NULL;
            END $$;
            """;

    private HostileNames() {}

    /** Plants them in these schemas; the superuser's own sessions do not see them. */
    static void plant(TestDatabase database, String... schemas) {
        Set<String> words = new TreeSet<>(SqlWords.of(WalEx.class));
        words.addAll(SqlWords.of(PostgresqlConnectionFactory.class));
        database.execute(
                "ALTER ROLE \"%s\" IN DATABASE %s SET search_path = pg_catalog"
                        .formatted(database.server().user(), database.name()),
                TRAP,
                PLANTING);
        for (String schema : schemas) {
            database.execute(PLANT.replace("<schema>", schema).replace("<words>", String.join(",", words)));
        }
    }

    /** What victims' sessions used; with something for what was rolled back. */
    static List<String> sprung(TestDatabase database) {
        List<String> sprung = database.query(
                "SELECT what || ' ' || count(*) FROM trap.sprung GROUP BY what ORDER BY what", row -> row.getString(1));
        boolean called = Boolean.parseBoolean(database.queryText("SELECT is_called::text FROM trap.calls"));
        return called && sprung.isEmpty() ? List.of("rolled back") : sprung;
    }

    static void reset(TestDatabase database) {
        database.execute("TRUNCATE trap.sprung", "SELECT setval('trap.calls', 1, false)");
    }

    /** The kinds of things among what was sprung. */
    static Set<String> kinds(List<String> sprung) {
        return sprung.stream().map(what -> what.split(" ", -1)[0]).collect(Collectors.toCollection(TreeSet::new));
    }
}
