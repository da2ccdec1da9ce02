package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code json} and {@code jsonb} as a tree. */
final class JsonCodec {

    /** What PostgreSQL stored is no attack on us: its own limits hold. Numbers keep every digit. */
    static final JsonMapper MAPPER = mapper(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Leaves to {@link JsonTree} what takes it too long, and trees that are too deep to be used. */
    private static final JsonMapper USUAL = mapper(JsonTree.DEEPEST, JsonTree.LONGEST_NUMBER);

    private static final ColumnCodec JSON_TREE = FormsCodec.same(JsonCodec::tree);
    private static final ColumnCodec JSONB_TREE =
            new FormsCodec(JsonCodec::tree, JsonCodec::versionedTree, DirectJson::jsonb);

    private JsonCodec() {}

    private static JsonMapper mapper(int depth, int numberLength) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(depth)
                                .maxNumberLength(numberLength)
                                .maxStringLength(Integer.MAX_VALUE)
                                .maxNameLength(Integer.MAX_VALUE)
                                .build())
                        .streamWriteConstraints(StreamWriteConstraints.builder()
                                .maxNestingDepth(Integer.MAX_VALUE)
                                .build())
                        .disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                        .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                        .build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    static ColumnCodec json(JsonForm form) {
        return form == JsonForm.NODE ? JSON_TREE : BytesCodecs.TEXT;
    }

    static ColumnCodec jsonb(JsonForm form) {
        return form == JsonForm.NODE ? JSONB_TREE : BytesCodecs.VERSIONED_TEXT;
    }

    /** The tree of JSON that we wrote. */
    static JsonNode tree(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return tree(bytes, 0, bytes.length);
    }

    private static JsonNode tree(byte[] bytes, int offset, int length) {
        try {
            return USUAL.readTree(bytes, offset, length);
        } catch (JacksonException | NumberFormatException unusual) {
            // told below where it is no JSON
        }
        try {
            return JsonTree.read(BytesCodecs.text(bytes, offset, length));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    private static JsonNode versionedTree(byte[] bytes, int offset, int length) {
        if (length < 1 || bytes[offset] != 1) {
            throw new IllegalArgumentException("unknown version of jsonb's binary form");
        }
        return tree(bytes, offset + 1, length - 1);
    }
}
