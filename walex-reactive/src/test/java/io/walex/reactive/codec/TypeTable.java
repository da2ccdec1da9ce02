package io.walex.reactive.codec;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Table {@code every}, which has a column of every type, and rows with all their values. */
public final class TypeTable {

    private TypeTable() {}

    public static void create(TestDatabase database, int major) {
        database.execute(TypeCases.SETUP.toArray(String[]::new));
        List<TypeCase> types = types(major);
        database.execute(IntStream.range(0, types.size())
                .mapToObj(column -> "c" + column + " " + types.get(column).type())
                .collect(Collectors.joining(", ", "CREATE TABLE every (n serial PRIMARY KEY, ", ")")));
    }

    /** Inserts the rows; gives how many. */
    public static int fill(TestDatabase database, int major) {
        List<TypeCase> types = types(major);
        int rows = types.stream().mapToInt(type -> type.values().size()).max().orElseThrow();
        for (int i = 0; i < rows; i++) {
            int row = i;
            database.execute(types.stream()
                    .map(type -> type.sql(row % type.values().size()))
                    .collect(Collectors.joining(", ", "INSERT INTO every VALUES (DEFAULT, ", ")")));
        }
        return rows;
    }

    private static List<TypeCase> types(int major) {
        return TypeCases.all().stream()
                .filter(type -> type.sinceMajor() <= major)
                .toList();
    }
}
