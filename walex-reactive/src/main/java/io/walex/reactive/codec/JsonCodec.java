package io.walex.reactive.codec;

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
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
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

    private static final ColumnCodec JSON_TREE = FormsCodec.same(JsonCodec::tree);
    private static final ColumnCodec JSONB_TREE =
            new FormsCodec(JsonCodec::tree, JsonCodec::versionedTree, DirectJson::jsonb);

    private JsonCodec() {}

    static ColumnCodec json(JsonForm form) {
        return form == JsonForm.NODE ? JSON_TREE : BytesCodecs.TEXT;
    }

    static ColumnCodec jsonb(JsonForm form) {
        return form == JsonForm.NODE ? JSONB_TREE : BytesCodecs.VERSIONED_TEXT;
    }

    private static JsonNode tree(byte[] bytes, int offset, int length) {
        try {
            return MAPPER.readTree(bytes, offset, length);
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
