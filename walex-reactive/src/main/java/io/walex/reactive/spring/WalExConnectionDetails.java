package io.walex.reactive.spring;

import io.walex.reactive.config.WalExConfig;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the database is, and how to log in. Without a bean of this type, that comes from the first of these:
 *
 * <ol>
 *   <li>{@code walex.url}, or {@code walex.host};
 *   <li>the R2DBC connection details: {@code spring.r2dbc.*}, a service connection, Docker Compose;
 *   <li>the JDBC connection details: {@code spring.datasource.*}, a service connection, Docker Compose.
 * </ol>
 *
 * <p>The other properties of {@code walex} apply on top of it.
 */
@FunctionalInterface
public interface WalExConnectionDetails extends ConnectionDetails {

    /** A configuration with the address, the credentials and the TLS settings; a new one each time. */
    WalExConfig.Builder config();
}
