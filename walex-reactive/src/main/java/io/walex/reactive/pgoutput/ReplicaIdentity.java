package io.walex.reactive.pgoutput;

/**
 * What a table writes of the old row when it is updated or deleted.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY">REPLICA
 *     IDENTITY</a>
 */
public enum ReplicaIdentity {
    /** The primary key, where there is one. */
    DEFAULT('d'),
    /** Nothing: updates and deletes carry no old values. */
    NOTHING('n'),
    /** The whole old row. */
    FULL('f'),
    /** The columns of a chosen unique index. */
    INDEX('i');

    private final char code;

    ReplicaIdentity(char code) {
        this.code = code;
    }

    /** The letter of {@code pg_class.relreplident}. */
    public char code() {
        return code;
    }
}
