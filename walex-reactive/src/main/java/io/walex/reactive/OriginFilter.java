package io.walex.reactive;

/** Which changes are sent where some were themselves replicated to the server. */
public enum OriginFilter {
    /** All. */
    ANY,
    /** Only those that were made on the server itself. */
    NONE
}
