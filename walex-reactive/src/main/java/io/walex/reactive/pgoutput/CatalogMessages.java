package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** What the changes that follow refer to: tables and types. */
final class CatalogMessages {

    private static final int KEY = 1;

    private CatalogMessages() {}

    static Relation relation(ByteBuf message, boolean inStream) {
        int xid = RowMessages.xid(message, inStream);
        int oid = Wire.int32(message);
        String schema = Wire.schema(message);
        String name = Wire.string(message);
        ReplicaIdentity replicaIdentity = replicaIdentity(Wire.int8(message));
        return new Relation(xid, oid, schema, name, replicaIdentity, columns(message));
    }

    static PgOutputMessage.Type type(ByteBuf message, boolean inStream) {
        int xid = RowMessages.xid(message, inStream);
        int oid = Wire.int32(message);
        String schema = Wire.schema(message);
        return new PgOutputMessage.Type(xid, oid, schema, Wire.string(message));
    }

    private static List<RelationColumn> columns(ByteBuf message) {
        int count = Wire.int16(message);
        if (count < 0) {
            throw new MalformedMessage("%d columns".formatted(count));
        }
        List<RelationColumn> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean key = (Wire.int8(message) & KEY) != 0;
            String name = Wire.string(message);
            int typeOid = Wire.int32(message);
            columns.add(new RelationColumn(name, key, typeOid, Wire.int32(message)));
        }
        return columns;
    }

    private static ReplicaIdentity replicaIdentity(byte code) {
        for (ReplicaIdentity identity : ReplicaIdentity.values()) {
            if (identity.code() == code) {
                return identity;
            }
        }
        throw new MalformedMessage("unknown replica identity 0x%02X".formatted(code & 0xFF));
    }
}
