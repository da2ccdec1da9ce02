package io.walex.reactive.spring;

import io.walex.reactive.config.WalExConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** The address of the application's JDBC connections. */
record JdbcAddress(JdbcConnectionDetails details) implements Address {

    private static final String PREFIX = "jdbc:postgresql:";

    /** What the JDBC driver understands as libpq does; the rest is about its own connections. */
    private static final Set<String> SHARED = Set.of("sslmode", "sslrootcert", "sslcert", "sslkey", "user", "password");

    @Override
    public Optional<WalExConfig.Builder> config() {
        String url = details.getJdbcUrl();
        if (url == null || !url.startsWith(PREFIX)) {
            return Optional.empty();
        }
        WalExConfig.Builder config = WalExConfig.fromUrl(libpqUrl(url.substring(PREFIX.length())));
        if (details.getUsername() != null) {
            config.username(details.getUsername());
        }
        if (details.getPassword() != null) {
            config.password(details.getPassword());
        }
        return Optional.of(config);
    }

    /** {@code //host:port/database?parameters}, or {@code database} alone. */
    static String libpqUrl(String url) {
        int ask = url.indexOf('?');
        String address = ask < 0 ? url : url.substring(0, ask);
        String place = address.startsWith("//") ? address.substring(2) : "/" + address.replaceFirst("^/", "");
        List<String> parameters = new ArrayList<>();
        boolean ssl = false;
        for (String parameter : (ask < 0 ? "" : url.substring(ask + 1)).split("&")) {
            String name = parameter.replaceFirst("=.*", "");
            if (SHARED.contains(name)) {
                parameters.add(parameter);
            }
            ssl |= parameter.equals("ssl") || parameter.equals("ssl=true");
        }
        if (ssl && parameters.stream().noneMatch(parameter -> parameter.startsWith("sslmode="))) {
            // What the JDBC driver means by it.
            parameters.add("sslmode=verify-full");
        }
        return "postgresql://" + place + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
    }
}
