package io.walex.reactive.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReconfigurationTests {

    /** Those that count from the next transaction, connection or stream on, beside the connection's. */
    private static final Set<String> CHANGEABLE = Set.of(
            "subscriptions",
            "connectTimeout",
            "statusInterval",
            "livenessTimeout",
            "maxUnacknowledged",
            "retry",
            "spillMemory");

    /** A setting that is forgotten here would be taken, and count for nobody. */
    @Test
    void everySettingIsFixedOrMayChange() {
        Set<String> settings = new TreeSet<>();
        for (Field field : WalExConfig.Builder.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                settings.add(field.getName());
            }
        }
        Set<String> known = new TreeSet<>(CHANGEABLE);
        known.addAll(Reconfiguration.fixed());
        known.remove("publication");
        known.add("publications");
        Arrays.stream(ConnectionSettings.class.getRecordComponents())
                .map(RecordComponent::getName)
                .forEach(known::add);

        assertThat(known).isEqualTo(settings);
    }
}
