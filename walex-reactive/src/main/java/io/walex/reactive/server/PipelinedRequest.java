package io.walex.reactive.server;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several statements for one connection that are sent in one write. The server answers them in their order; one that fails
 * keeps none of the others from being run, so in a transaction those behind it fail, too.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING">Pipelining</a>
 */
public final class PipelinedRequest {

    private static final int TEXT = 0;
    private static final int BINARY = 1;
    /** As many parameters as the protocol can count. */
    public static final int MAX_PARAMETERS = (1 << Short.SIZE) - 1;

    private final List<Part> parts = new ArrayList<>();

    /**
     * A parameter.
     *
     * @param typeOid its type
     * @param binary whether the value is in the type's binary form
     * @param value null for SQL NULL
     */
    public record Parameter(int typeOid, boolean binary, byte @Nullable [] value) {}

    /**
     * The answer, but for what went to the sink.
     *
     * @param parts for each part of the request the rows, each as the text of its columns
     */
    public record Answer(List<List<List<@Nullable String>>> parts) {}

    private interface Part {
        void writeTo(ByteBuf target);

        boolean hasRows();
    }

    private record Simple(String sql) implements Part {

        @Override
        public void writeTo(ByteBuf target) {
            int start = begin(target, 'Q');
            string(target, sql);
            end(target, start);
        }

        @Override
        public boolean hasRows() {
            return false;
        }
    }

    private record Rows(String sql, List<Parameter> parameters, boolean[] binary) implements Part {

        @Override
        public void writeTo(ByteBuf target) {
            parse(target);
            bind(target);
            int execute = begin(target, 'E');
            target.writeByte(0).writeInt(0);
            end(target, execute);
            end(target, begin(target, 'S'));
        }

        private void parse(ByteBuf target) {
            int start = begin(target, 'P');
            target.writeByte(0);
            string(target, sql);
            target.writeShort(parameters.size());
            for (Parameter parameter : parameters) {
                target.writeInt(parameter.typeOid());
            }
            end(target, start);
        }

        private void bind(ByteBuf target) {
            int start = begin(target, 'B');
            target.writeByte(0).writeByte(0);
            target.writeShort(parameters.size());
            for (Parameter parameter : parameters) {
                target.writeShort(parameter.binary() ? BINARY : TEXT);
            }
            target.writeShort(parameters.size());
            for (Parameter parameter : parameters) {
                byte[] value = parameter.value();
                if (value == null) {
                    target.writeInt(-1);
                } else {
                    target.writeInt(value.length).writeBytes(value);
                }
            }
            target.writeShort(binary.length);
            for (boolean column : binary) {
                target.writeShort(column ? BINARY : TEXT);
            }
            end(target, start);
        }

        @Override
        public boolean hasRows() {
            return true;
        }
    }

    /** Statements whose rows, if any, are texts of the answer. */
    public PipelinedRequest query(String sql) {
        parts.add(new Simple(sql));
        return this;
    }

    /**
     * A statement whose rows go to the sink.
     *
     * @param binary of which columns the values are to come in binary form
     */
    public PipelinedRequest rows(String sql, List<Parameter> parameters, boolean[] binary) {
        if (parameters.size() > MAX_PARAMETERS) {
            throw new IllegalArgumentException(parameters.size() + " parameters");
        }
        parts.add(new Rows(sql, List.copyOf(parameters), binary.clone()));
        return this;
    }

    int size() {
        return parts.size();
    }

    /** Whether the rows of this part go to the sink. */
    boolean hasRows(int part) {
        return parts.get(part).hasRows();
    }

    void writeTo(ByteBuf target) {
        parts.forEach(part -> part.writeTo(target));
    }

    private static int begin(ByteBuf target, char type) {
        target.writeByte(type);
        int start = target.writerIndex();
        target.writeInt(0);
        return start;
    }

    private static void end(ByteBuf target, int start) {
        target.setInt(start, target.writerIndex() - start);
    }

    private static void string(ByteBuf target, String text) {
        target.writeCharSequence(text, StandardCharsets.UTF_8);
        target.writeByte(0);
    }
}
