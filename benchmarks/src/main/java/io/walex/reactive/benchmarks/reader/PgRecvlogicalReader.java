package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;

/** PostgreSQL's own command, measured whole. */
record PgRecvlogicalReader() implements Reader {

    static boolean isInstalled() {
        return ClientCommand.isInstalled("pg_recvlogical");
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        ClientCommand.run(
                "pg_recvlogical -h %s -p %d -U %s -d %s -S %s --start -f - -s 1 -o proto_version=1 -o publication_names=%s --endpos=%s"
                        .formatted(
                                target.host(),
                                target.port(),
                                target.username(),
                                target.database(),
                                target.slot(),
                                target.publication(),
                                target.endLsn()),
                meter);
    }
}
