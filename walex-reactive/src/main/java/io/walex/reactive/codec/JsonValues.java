package io.walex.reactive.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes decoded column values as JSON. */
public final class JsonValues {

    private JsonValues() {}

    /** Writes one value; null as JSON null. */
    public static void write(@Nullable Object value, JsonGenerator json) {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Integer number) {
            json.writeNumber(number);
        } else if (value instanceof Long number) {
            json.writeNumber(number);
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else {
            json.writeString(value.toString());
        }
    }
}
