package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * An ErrorResponse that ended a running stream, or a notice within it.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">Error and notice message fields</a>
 */
public final class ServerError extends RuntimeException {

    private final String sqlState;
    private final @Nullable String routine;
    private final @Nullable String severity;
    private final boolean hinted;

    private ServerError(Map<Byte, String> fields) {
        super(fields.getOrDefault((byte) 'M', "unknown error"), null, false, false);
        this.sqlState = fields.getOrDefault((byte) 'C', "XX000");
        this.routine = fields.get((byte) 'R');
        this.severity = fields.get((byte) 'V');
        this.hinted = fields.containsKey((byte) 'H');
    }

    /** Reads the fields of an ErrorResponse or NoticeResponse, after its length. */
    public static ServerError read(ByteBuf message) {
        Map<Byte, String> fields = new HashMap<>();
        for (byte field = message.readByte(); field != 0; field = message.readByte()) {
            int length = message.bytesBefore((byte) 0);
            fields.put(field, message.toString(message.readerIndex(), length, StandardCharsets.UTF_8));
            message.skipBytes(length + 1);
        }
        return new ServerError(fields);
    }

    /** The five-character code. */
    public String sqlState() {
        return sqlState;
    }

    /** The server's function that reports, which no language changes; null where something else than PostgreSQL does. */
    public @Nullable String routine() {
        return routine;
    }

    /** Such as {@code WARNING}, in any language; null where something else than PostgreSQL reports. */
    public @Nullable String severity() {
        return severity;
    }

    /**
     * What is less than a warning comes where {@code client_min_messages} asks for it.
     *
     * @see <a href="https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS">
     *     Message severity levels</a>
     */
    public static Level level(@Nullable String severity) {
        return switch (String.valueOf(severity)) {
            case "DEBUG5", "DEBUG4", "DEBUG3", "DEBUG2", "DEBUG1", "DEBUG", "LOG" -> Level.DEBUG;
            case "INFO", "NOTICE" -> Level.INFO;
            default -> Level.WARN;
        };
    }

    /** Whether the server gives a hint. */
    public boolean isHinted() {
        return hinted;
    }
}
