package io.walex.reactive;

/** This library's version, as events tell it. */
final class Version {

    static final String LIBRARY = read();

    private Version() {}

    private static String read() {
        String implementation = Version.class.getPackage().getImplementationVersion();
        return implementation == null ? "development" : implementation;
    }
}
