package io.walex.reactive.spring;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.snapshot.SnapshotStores;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Says the properties to the builder of the configuration. An error names the key. */
record PropertiesConfig(WalExProperties properties, WalExConfig.Builder config) {

    void apply(@Nullable String applicationName) {
        connection();
        set("name", properties.name() == null ? applicationName : properties.name(), config::name);
        if (properties.publication().isEmpty()) {
            throw new InvalidConfigException(
                    "walex.publication is required: the publications to stream from. Make one with CREATE PUBLICATION events FOR TABLE ..., or set walex.publication-setup=create",
                    null);
        }
        set("publication", properties.publication().toArray(String[]::new), config::publication);
        set("publication-setup", properties.publicationSetup(), config::publicationSetup);
        set("subscribe", nullIfEmpty(properties.subscribe()), value -> config.subscribe(value));
        slot();
        snapshot();
        set("messages", properties.messages(), config::messages);
        set("binary", properties.binary(), config::binary);
        set("streaming", properties.streaming(), config::streaming);
        set("two-phase", properties.twoPhase(), config::twoPhase);
        set("origin", properties.origin(), config::origin);
        set("protocol-version", properties.protocolVersion(), config::protocolVersion);
        set("status-interval", properties.statusInterval(), config::statusInterval);
        set("liveness-timeout", properties.livenessTimeout(), config::livenessTimeout);
        set("heartbeat", properties.heartbeat(), config::heartbeat);
        set("max-unacknowledged", properties.maxUnacknowledged(), config::maxUnacknowledged);
        set("spill-directory", properties.spillDirectory(), config::spillDirectory);
        DataSize memory = properties.spillMemory();
        set("spill-memory", memory == null ? null : memory.toBytes(), config::spillMemory);
    }

    private void connection() {
        set("host", properties.host(), config::host);
        set("port", properties.port(), config::port);
        set("username", properties.username(), config::username);
        set("password", properties.password(), value -> config.password(value));
        set("database", properties.database(), config::database);
        set("ssl-mode", properties.sslMode(), config::sslMode);
        set("ssl-root-cert", properties.sslRootCert(), config::sslRootCert);
        set("ssl-cert", properties.sslCert(), config::sslCert);
        set("ssl-key", properties.sslKey(), config::sslKey);
        set("connect-timeout", properties.connectTimeout(), config::connectTimeout);
    }

    private void slot() {
        WalExProperties.Slot slot = properties.slot();
        if (slot.name() == null) {
            if (slot.mustExist() || slot.failover() || slot.whenInUse() != null) {
                throw new InvalidConfigException(
                        "walex.slot.must-exist, failover and when-in-use are of a durable slot; name it with walex.slot.name",
                        null);
            }
            return;
        }
        set("slot.name", slot.name(), name -> config.slot(durable(slot, name)));
    }

    private static SlotSpec durable(WalExProperties.Slot slot, String name) {
        SlotSpec.Durable spec = SlotSpec.durable(name);
        spec = slot.whenInUse() == null ? spec : spec.whenInUse(slot.whenInUse());
        spec = slot.mustExist() ? spec.mustExist() : spec;
        return slot.failover() ? spec.forFailover() : spec;
    }

    private void snapshot() {
        WalExProperties.Snapshot snapshot = properties.snapshot();
        if (snapshot.tables().isEmpty()) {
            if (snapshot.directory() != null || snapshot.connections() != null || snapshot.rowsPerSecond() != null) {
                throw new InvalidConfigException(
                        "walex.snapshot reads no table; name them with walex.snapshot.tables, \"*\" for all", null);
            }
            return;
        }
        set("snapshot.tables", snapshot.tables(), tables -> config.snapshot(snapshot(snapshot, tables)));
    }

    private static SnapshotSpec snapshot(WalExProperties.Snapshot snapshot, List<String> tables) {
        SnapshotSpec spec = SnapshotSpec.initial(tables.toArray(String[]::new));
        SnapshotOptions options = spec.options();
        options = snapshot.connections() == null ? options : options.connections(snapshot.connections());
        options = snapshot.rowsPerSecond() == null ? options : options.rowsPerSecond(snapshot.rowsPerSecond());
        spec = spec.options(options);
        return snapshot.directory() == null ? spec : spec.store(SnapshotStores.directory(snapshot.directory()));
    }

    private static @Nullable List<String> nullIfEmpty(List<String> values) {
        return values.isEmpty() ? null : values;
    }

    private static <T> void set(String key, @Nullable T value, Consumer<T> setter) {
        if (value == null) {
            return;
        }
        try {
            setter.accept(value);
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException("walex." + key + ": " + e.getMessage(), e);
        }
    }
}
