package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What of a configuration may change while its streams run. */
public final class Reconfiguration {

    private static final List<Fixed> FIXED = List.of(
            new Fixed("name", WalExConfig::name, "it names the instance"),
            new Fixed("database", WalExConfig::database, "a slot belongs to one database"),
            new Fixed("slot", WalExConfig::slot, "the new one would start elsewhere, with a gap or with repetitions"),
            new Fixed(
                    "publication",
                    WalExConfig::publications,
                    "PostgreSQL decodes changes by the publications of the stream that asks for them; ALTER PUBLICATION changes what is in one"),
            new Fixed("publicationSetup", WalExConfig::publicationSetup, "it counts when streams start"),
            new Fixed("heartbeat", WalExConfig::heartbeat, "it is running"),
            new Fixed("twoPhase", WalExConfig::twoPhase, "the slot was made for it"),
            new Fixed("protocolVersion", WalExConfig::protocolVersion, "the stream's protocol is set"),
            new Fixed("streaming", WalExConfig::streaming, "the stream's protocol is set"),
            new Fixed("binary", WalExConfig::binary, "the stream's protocol is set"),
            new Fixed("messages", WalExConfig::messages, "the stream's protocol is set"),
            new Fixed("origin", WalExConfig::origin, "the stream's protocol is set"),
            new Fixed("types", WalExConfig::types, "relations are bound to them"),
            new Fixed("middleware", WalExConfig::middleware, "transactions may be in it"),
            new Fixed("snapshot", WalExConfig::snapshot, "it counts when streams start"),
            new Fixed("listener", WalExConfig::listener, "streams tell it from their start on"),
            new Fixed("spillDirectory", WalExConfig::spillDirectory, "transactions may be in it"));

    private Reconfiguration() {}

    private record Fixed(String setting, Function<WalExConfig, @Nullable Object> value, String reason) {}

    /** The settings that stay as they are. */
    static List<String> fixed() {
        return FIXED.stream().map(Fixed::setting).toList();
    }

    public static void check(WalExConfig before, WalExConfig after, boolean streaming) {
        for (Fixed fixed : FIXED) {
            if (!Objects.equals(fixed.value.apply(before), fixed.value.apply(after))) {
                throw new InvalidConfigException(
                        "%s of \"%s\" cannot be changed from %s to %s: %s; create another instance"
                                .formatted(
                                        fixed.setting,
                                        before.name(),
                                        fixed.value.apply(before),
                                        fixed.value.apply(after),
                                        fixed.reason),
                        null);
            }
        }
        boolean losesSlot = streaming && !before.slot().continuesAfterLoss();
        if (losesSlot && !isSameConnection(before, after)) {
            throw new InvalidConfigException(
                    "Address and credentials of \"%s\" cannot be changed while it streams from a temporary slot, which would be lost with its connection; use SlotSpec.durable(name) or temporary().resumeWithGap(listener), or end the stream first"
                            .formatted(before.name()),
                    null);
        }
    }

    public static boolean isSameConnection(WalExConfig one, WalExConfig other) {
        return one.connection().equals(other.connection());
    }
}
