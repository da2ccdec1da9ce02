package io.walex.reactive.codec;

/** The codecs of base types by name: PostgreSQL's own and those of well-known extensions. */
final class BaseCodecs {

    private BaseCodecs() {}

    static ColumnCodec codec(PgType type, JsonForm jsonForm, int moneyScale) {
        return BytesCodecs.UNKNOWN;
    }
}
