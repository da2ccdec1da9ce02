package io.walex.reactive.codec;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.spi.Readable;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

final class R2dbcDriver implements Driver {

    @Override
    public List<List<@Nullable Object>> select(
            TestDatabase database, String sql, List<TypeCase> types, List<List<Object>> known) {
        Iterator<List<Object>> like = known.iterator();
        return Flux.usingWhen(
                        new PostgresqlConnectionFactory(configuration(database)).create(),
                        connection -> connection
                                .createStatement(sql)
                                .execute()
                                .concatMap(result -> result.map((row, metadata) -> values(row, types, like.next()))),
                        connection -> connection.close())
                .collectList()
                .block();
    }

    private static PostgresqlConnectionConfiguration configuration(TestDatabase database) {
        return PostgresqlConnectionConfiguration.builder()
                .host(database.host())
                .port(database.port())
                .username(database.server().user())
                .password(database.server().password())
                .database(database.name())
                .timeZone(TimeZone.getTimeZone("UTC"))
                .build();
    }

    private static List<@Nullable Object> values(Readable row, List<TypeCase> types, List<Object> like) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
            values.add(get(row, column, types.get(column), like.get(column)));
        }
        return values;
    }

    private static @Nullable Object get(Readable row, int column, TypeCase type, Object like) {
        if (like instanceof List<?> list) {
            return isArray(type, list) ? DriverValues.asReplicated(row.get(column, arrayOf(list))) : null;
        }
        if (!DriverValues.isShared(type, like)) {
            return null;
        }
        if (like instanceof Interval) {
            return interval(row.get(column, io.r2dbc.postgresql.codec.Interval.class));
        }
        return DriverValues.asReplicated(row.get(column, DriverValues.classOf(like)));
    }

    /** Of one dimension or more; intervals would be the driver's own, and of bytes it has no arrays. */
    private static boolean isArray(TypeCase type, List<?> list) {
        Object element = DriverValues.element(list);
        return type.isArray()
                && element != null
                && !(element instanceof Interval || element instanceof ByteBuffer)
                && DriverValues.isShared(type, element);
    }

    private static Class<?> arrayOf(List<?> list) {
        Object first = list.get(0);
        return first instanceof List<?> inner
                ? arrayOf(inner).arrayType()
                : first.getClass().arrayType();
    }

    private static Interval interval(io.r2dbc.postgresql.codec.Interval value) {
        long minutes = value.getHours() * 60L + value.getMinutes();
        long seconds = minutes * 60 + (long) value.getSeconds();
        return new Interval(
                value.getYears() * 12 + value.getMonths(),
                value.getDays(),
                seconds * 1_000_000 + value.getMicrosecondsInSecond());
    }

    @Override
    public String toString() {
        return "r2dbc-postgresql";
    }
}
