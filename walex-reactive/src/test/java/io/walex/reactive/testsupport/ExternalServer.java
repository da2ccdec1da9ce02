package io.walex.reactive.testsupport;

import java.net.URI;

/** A server that somebody else runs; it needs {@code wal_level=logical} and a superuser in its URL. */
final class ExternalServer extends PostgresServer {

    private ExternalServer(String host, int port, String user, String password) {
        super(host, port, user, password);
    }

    static ExternalServer at(String url) {
        URI uri = URI.create(url);
        String[] credentials = (uri.getUserInfo() == null ? "postgres" : uri.getUserInfo()).split(":", 2);
        return new ExternalServer(
                uri.getHost(),
                uri.getPort() < 0 ? 5432 : uri.getPort(),
                credentials[0],
                credentials.length == 2 ? credentials[1] : "");
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "the server at " + host() + ":" + port();
    }
}
