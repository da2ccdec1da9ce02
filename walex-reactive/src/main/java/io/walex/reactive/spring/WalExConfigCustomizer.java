package io.walex.reactive.spring;

import io.walex.reactive.config.WalExConfig;

/**
 * Changes the configuration that is made from properties, for what no property can say: codecs, a spool, a retry, a store of
 * snapshots. Beans of this type are called in their order, after the properties.
 */
@FunctionalInterface
public interface WalExConfigCustomizer {

    void customize(WalExConfig.Builder config);
}
