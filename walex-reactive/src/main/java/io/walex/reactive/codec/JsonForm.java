package io.walex.reactive.codec;

/** What {@code json} and {@code jsonb} columns come as. */
public enum JsonForm {
    /** A Jackson {@code JsonNode}; numbers are exact, the last of duplicate keys wins. */
    NODE,
    /** The text as PostgreSQL gives it, a {@code String}. */
    TEXT
}
