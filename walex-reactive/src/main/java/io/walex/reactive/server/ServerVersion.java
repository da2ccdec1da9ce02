package io.walex.reactive.server;

/**
 * Which PostgreSQL a server is. Features come with major versions only.
 *
 * @param major as people say it: 18
 */
public record ServerVersion(int major) {

    /** Reads {@code server_version}, as a server tells each client: {@code 18.1}, {@code 19beta1}, {@code 15.14 (Debian)}. */
    static ServerVersion parse(String version) {
        return new ServerVersion(Integer.parseInt(version.split("\\D", 2)[0]));
    }

    public boolean isAtLeast(int major) {
        return this.major >= major;
    }

    /** As messages say it behind "PostgreSQL". */
    @Override
    public String toString() {
        return String.valueOf(major);
    }
}
