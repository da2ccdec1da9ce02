package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * An ErrorResponse that ended a running stream.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">Error and notice message fields</a>
 */
public final class ServerError extends RuntimeException {

    private final String sqlState;

    private ServerError(String message, String sqlState) {
        super(message, null, false, false);
        this.sqlState = sqlState;
    }

    /** Reads the fields of an ErrorResponse, after its length. */
    static ServerError read(ByteBuf fields) {
        String message = "unknown error";
        String sqlState = "XX000";
        for (byte field = fields.readByte(); field != 0; field = fields.readByte()) {
            int length = fields.bytesBefore((byte) 0);
            String value = fields.toString(fields.readerIndex(), length, StandardCharsets.UTF_8);
            fields.skipBytes(length + 1);
            if (field == 'M') {
                message = value;
            } else if (field == 'C') {
                sqlState = value;
            }
        }
        return new ServerError(message, sqlState);
    }

    /** The five-character code. */
    public String sqlState() {
        return sqlState;
    }
}
