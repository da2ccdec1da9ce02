package io.walex.reactive.snapshot;

import io.r2dbc.spi.ConnectionFactory;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.error.InvalidConfigException;
import java.nio.file.Path;
import reactor.core.scheduler.Schedulers;

/** Places where a snapshot remembers how far it is, beyond the end of the process. */
public final class SnapshotStores {

    private SnapshotStores() {}

    /**
     * A directory with a file for each snapshot. It is made when it is missing. Several streams may share it. A file is
     * replaced as a whole: whenever the process or the machine stops, the old one or the new one is there.
     *
     * <p>The files hold keys of rows that are to be read again, so only their owner may read them, where the file system
     * knows owners. Files are written on {@link Schedulers#boundedElastic()}.
     */
    public static SnapshotStore directory(Path directory) {
        return new DirectorySnapshotStore(directory, Schedulers.boundedElastic());
    }

    /**
     * A table of a PostgreSQL database, the one that is streamed from or another. It is made when it is missing. Several
     * streams may share it. It also {@linkplain TableSnapshotStore#save(io.r2dbc.spi.Connection,
     * io.walex.reactive.event.SnapshotSlice) takes progress in the consumer's own transaction}.
     *
     * <p>The table holds keys of rows that are to be read again. Do not publish it to the stream whose progress it
     * keeps: each write would be a change that is streamed.
     *
     * @param connections give a connection each time, in auto-commit mode, which is closed afterwards
     * @param table {@code "walex_snapshot"}, as the connection's {@code search_path} finds it, or {@code
     *     "app.walex_snapshot"}. Names are read as PostgreSQL stores them, so case counts
     * @throws InvalidConfigException when that does not name one table
     */
    public static TableSnapshotStore table(ConnectionFactory connections, String table) {
        return new TableSnapshotStore(connections, table);
    }
}
