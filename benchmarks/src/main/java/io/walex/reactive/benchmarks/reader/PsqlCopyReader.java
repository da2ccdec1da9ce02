package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;

/** {@code COPY ... TO STDOUT} by psql, measured whole. */
record PsqlCopyReader() implements Reader {

    static boolean isInstalled() {
        return ClientCommand.isInstalled("psql");
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        ClientCommand.run(
                "psql -X -q -h %s -p %d -U %s -d %s -c 'COPY %s TO STDOUT'"
                        .formatted(
                                target.host(),
                                target.port(),
                                target.username(),
                                target.database(),
                                target.tables().get(0)),
                meter);
    }
}
