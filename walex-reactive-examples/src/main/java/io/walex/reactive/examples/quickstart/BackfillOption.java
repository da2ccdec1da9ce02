package io.walex.reactive.examples.quickstart;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.snapshot.BackfillSpec;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code todo}, {@code todo,sales.*} or {@code todo where id > 100}. */
final class BackfillOption {

    /** What stands in quotes may hold a comma, a blank and the word {@code where}. */
    private static final String QUOTED = "\"(?:[^\"]|\"\")*\"";

    private static final String NAME = "(?:" + QUOTED + "|[^\",\\s])+";

    private static final Pattern TABLE = Pattern.compile(NAME);

    private static final Pattern BACKFILL = Pattern.compile(
            "\\s*(%1$s(?:,%1$s)*)(?:\\s+where\\s+(.+))?\\s*".formatted(NAME),
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final int LONGEST_NAME = 200;

    private BackfillOption() {}

    static BackfillSpec parse(String value) {
        Matcher backfill = BACKFILL.matcher(value);
        if (!backfill.matches()) {
            throw new InvalidConfigException(
                    "--backfill takes tables and, if not all of their rows are wanted, a condition: todo or todo,user or \"todo where id > 100\"",
                    null);
        }
        String[] tables = TABLE.matcher(backfill.group(1))
                .results()
                .map(MatchResult::group)
                .toArray(String[]::new);
        BackfillSpec all = BackfillSpec.of(tables).named(name(value));
        return backfill.group(2) == null ? all : all.where(backfill.group(2));
    }

    /** Two that differ have different names. */
    private static String name(String value) {
        String name = "backfill " + value.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        String end = "..." + Integer.toHexString(value.hashCode());
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - end.length()) + end;
    }
}
