package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Reads JSON that {@code json} may hold and Jackson's trees cannot, or not in a way that anyone could use: numbers beyond
 * the exponents of {@code BigDecimal}, names with half a surrogate pair, nesting thousands deep, on which a tree's own
 * methods overflow the stack. What no node can be is a node of its raw text, which every writer of Jackson's writes as it
 * is; all around it is a tree.
 */
final class JsonTree {

    /** As Jackson reads by default. */
    static final int DEEPEST = 1000;

    /** Longer ones take Jackson a time that grows faster than they do. */
    static final int LONGEST_NUMBER = 1000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Any, so that what follows a backslash is not taken for another; a surrogate's is a group. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|.)");

    private final String json;
    private final JsonParser parser;
    private final Deque<JsonNode> open = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();
    private @Nullable JsonNode root;

    private JsonTree(String json, JsonParser parser) {
        this.json = json;
        this.parser = parser;
    }

    static JsonNode read(String text) {
        String json = withSurrogates(text);
        try (JsonParser parser = JsonCodec.MAPPER.createParser(json)) {
            JsonNode tree = new JsonTree(json, parser).read();
            if (tree == null) {
                throw new StreamReadException(parser, "nothing");
            }
            return tree;
        }
    }

    private @Nullable JsonNode read() {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (root != null && open.isEmpty()) {
                throw new StreamReadException(parser, "more than one value");
            }
            switch (token) {
                case START_OBJECT, START_ARRAY -> start(token);
                case END_OBJECT, END_ARRAY -> open.pop();
                case PROPERTY_NAME -> names.push(parser.currentName());
                default -> add(scalar(token));
            }
        }
        return root;
    }

    private void start(JsonToken token) {
        if (open.size() == DEEPEST) {
            int from = (int) parser.currentTokenLocation().getCharOffset();
            parser.skipChildren();
            int to = (int) parser.currentLocation().getCharOffset();
            add(raw(withoutBlanks(json.substring(from, to))));
            return;
        }
        JsonNode container = token == JsonToken.START_OBJECT ? NODES.objectNode() : NODES.arrayNode();
        add(container);
        open.push(container);
    }

    private void add(JsonNode node) {
        if (open.peek() instanceof ObjectNode object) {
            object.set(names.pop(), node);
        } else if (open.peek() instanceof ArrayNode array) {
            array.add(node);
        } else {
            root = node;
        }
    }

    private JsonNode scalar(JsonToken token) {
        return switch (token) {
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> decimal();
            default -> throw new StreamReadException(parser, "unexpected " + token);
        };
    }

    private JsonNode integer() {
        if (parser.getStringLength() > LONGEST_NUMBER) {
            return NODES.numberNode(NumericCodec.decimal(parser.getString()).toBigIntegerExact());
        }
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private JsonNode decimal() {
        String text = parser.getString();
        BigDecimal decimal;
        try {
            decimal = NumericCodec.decimal(text);
        } catch (IllegalArgumentException e) {
            // The parser has seen that it is a number.
            return raw(text);
        }
        return NODES.numberNode(decimal);
    }

    private static JsonNode raw(String json) {
        return NODES.rawValueNode(new RawValue(json));
    }

    /** With escaped surrogates as such: Jackson takes half a pair in a name only as it is. */
    private static String withSurrogates(String json) {
        Matcher escape = ESCAPE.matcher(json);
        return escape.replaceAll(found -> found.start(1) < 0
                ? Matcher.quoteReplacement(found.group())
                : String.valueOf((char) Integer.parseInt(found.group(1), 16)));
    }

    /** So that JSON of one line stays that. Half a surrogate pair, which UTF-8 has no form of, is escaped. */
    private static String withoutBlanks(String json) {
        StringBuilder text = new StringBuilder(json.length());
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char next = json.charAt(i);
            if (Character.isSurrogate(next)) {
                int codePoint = json.codePointAt(i);
                boolean half = Character.isBmpCodePoint(codePoint);
                text.append(half ? "\\u%04x".formatted(codePoint) : Character.toString(codePoint));
                i += half ? 0 : 1;
                continue;
            }
            if (quoted || next > ' ') {
                text.append(next);
            }
            if (next == '"') {
                quoted = !quoted;
            } else if (quoted && next == '\\') {
                text.append(json.charAt(++i));
            }
        }
        return text.toString();
    }
}
