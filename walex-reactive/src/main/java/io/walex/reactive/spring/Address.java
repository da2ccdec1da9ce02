package io.walex.reactive.spring;

import io.walex.reactive.config.WalExConfig;
import java.util.Optional;

/** An address that the application has for another driver. */
@FunctionalInterface
interface Address {

    /** A configuration that leads there; empty when it is not of PostgreSQL. */
    Optional<WalExConfig.Builder> config();
}
