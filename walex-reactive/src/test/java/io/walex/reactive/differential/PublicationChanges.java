package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Tables join and leave the publications while transactions that write to them are open. */
final class PublicationChanges implements Script {

    @Override
    public List<String> schema() {
        return List.of(Bulk.table("joining"), Bulk.table("leaving"));
    }

    @Override
    public List<String> published(int major) {
        return List.of("leaving");
    }

    @Override
    public Map<String, String> visible(int major, OriginFilter origin) {
        return Map.of(
                "joining", "SELECT * FROM joining WHERE id > 1000",
                "leaving", "SELECT * FROM leaving WHERE id <= 1000");
    }

    @Override
    public void run(TestDatabase source) throws SQLException {
        try (Connection small = source.jdbc();
                Connection large = source.jdbc();
                Statement one = small.createStatement();
                Statement two = large.createStatement()) {
            small.setAutoCommit(false);
            large.setAutoCommit(false);
            one.execute("INSERT INTO joining VALUES (1, 'unpublished')");
            one.execute("INSERT INTO leaving VALUES (1, 'published')");
            two.execute(fill("joining", 101));
            two.execute(fill("leaving", 101));
            for (String publication : List.of("leaves", "roots")) {
                source.execute(
                        "ALTER PUBLICATION " + publication + " ADD TABLE joining",
                        "ALTER PUBLICATION " + publication + " DROP TABLE leaving");
            }
            one.execute("INSERT INTO joining VALUES (1001, 'published')");
            one.execute("INSERT INTO leaving VALUES (1001, 'unpublished')");
            two.execute(fill("joining", 1101));
            two.execute(fill("leaving", 1101));
            large.commit();
            small.commit();
        }
    }
}
