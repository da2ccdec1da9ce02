package io.walex.reactive.snapshot;

import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotProgress.Key;
import io.walex.reactive.snapshot.SnapshotProgress.SourceProgress;
import io.walex.reactive.snapshot.SnapshotProgress.TableProgress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Progress as compact JSON. Reading is strict: progress that is half understood would leave out rows, so what is not
 * whole is refused.
 */
final class ProgressJson {

    /** Changed where an older reader would misunderstand what is written. */
    static final int VERSION = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private ProgressJson() {}

    static String write(SnapshotProgress progress) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("version", VERSION)
                .put("key", progress.key())
                .put("name", progress.name())
                .put("run", progress.run())
                .put("spec", progress.spec())
                .put("systemIdentifier", progress.systemIdentifier())
                .put("timeline", progress.timeline())
                .put("lsn", progress.lsn().toString())
                .put("completed", progress.completed());
        ArrayNode tables = json.putArray("tables");
        progress.tables().forEach(table -> tables.add(table(table)));
        return json.toString();
    }

    private static ObjectNode table(TableProgress table) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("schema", table.schema())
                .put("table", table.table())
                .put("key", table.key())
                .put("attempt", table.attempt())
                .put("completed", table.completed())
                .put("rows", table.rows())
                .put("bytes", table.bytes());
        ArrayNode sources = json.putArray("sources");
        table.sources().forEach(source -> sources.add(source(source)));
        return json;
    }

    private static ObjectNode source(SourceProgress source) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("oid", Integer.toUnsignedLong(source.oid()))
                .put("filenode", source.filenode())
                .put("pages", source.pages());
        ArrayNode remaining = json.putArray("remaining");
        for (TidRange range : source.remaining()) {
            ArrayNode bounds = remaining.addArray().add(range.from());
            if (range.to() != Long.MAX_VALUE) {
                bounds.add(range.to());
            }
        }
        Key cursor = source.cursor();
        if (cursor != null) {
            json.put("cursor", cursor.base64());
        }
        ArrayNode repairs = json.putArray("repairs");
        source.repairs().forEach(key -> repairs.add(key.base64()));
        return json;
    }

    static SnapshotProgress read(String text, String key) {
        try {
            JsonNode json = parsed(text);
            int version = integer(json.path("version"), "version");
            if (version != VERSION) {
                throw refused(
                        key,
                        "has format %d, and this version of the library reads format %d".formatted(version, VERSION),
                        "Use the version that wrote it, or remove");
            }
            SnapshotProgress progress = progress(json);
            if (!progress.key().equals(key)) {
                throw refused(key, "is that of \"%s\"".formatted(progress.key()), "Put it back there, or remove");
            }
            return progress;
        } catch (IllegalArgumentException e) {
            throw refused(key, "is damaged: " + e.getMessage(), "Remove");
        }
    }

    /** The key in a text that was written by this process. */
    static String keyOf(String text) {
        return text(parsed(text).path("key"), "key");
    }

    private static SnapshotException refused(String key, String problem, String remedy) {
        return new SnapshotException(
                "Progress that the snapshot store has under \"%s\" %s. %s that entry from the store: then the snapshot reads its tables from the beginning"
                        .formatted(key, problem, remedy),
                null);
    }

    private static JsonNode parsed(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            // Without the cause, which quotes what it read, and that may be anything.
            throw new IllegalArgumentException("it is not JSON");
        }
    }

    private static SnapshotProgress progress(JsonNode json) {
        return new SnapshotProgress(
                text(json.path("key"), "key"),
                text(json.path("name"), "name"),
                text(json.path("run"), "run"),
                text(json.path("spec"), "spec"),
                text(json.path("systemIdentifier"), "systemIdentifier"),
                integer(json.path("timeline"), "timeline"),
                Lsn.parse(text(json.path("lsn"), "lsn")),
                truth(json.path("completed"), "completed"),
                list(json, "tables", ProgressJson::table));
    }

    private static TableProgress table(JsonNode json) {
        return new TableProgress(
                text(json.path("schema"), "schema"),
                text(json.path("table"), "table"),
                text(json.path("key"), "key"),
                integer(json.path("attempt"), "attempt"),
                truth(json.path("completed"), "completed"),
                number(json.path("rows"), "rows"),
                number(json.path("bytes"), "bytes"),
                list(json, "sources", ProgressJson::source));
    }

    private static SourceProgress source(JsonNode json) {
        return new SourceProgress(
                (int) number(json.path("oid"), "oid"),
                number(json.path("filenode"), "filenode"),
                number(json.path("pages"), "pages"),
                list(json, "remaining", ProgressJson::range),
                json.has("cursor") ? key(json.path("cursor")) : null,
                list(json, "repairs", ProgressJson::key));
    }

    private static TidRange range(JsonNode json) {
        if (!json.isArray() || json.isEmpty() || json.size() > 2) {
            throw new IllegalArgumentException("a range is not [from, to] or [from]");
        }
        long from = number(json.path(0), "a range's start");
        long to = json.size() == 1 ? Long.MAX_VALUE : number(json.path(1), "a range's end");
        if (to <= from) {
            throw new IllegalArgumentException("a range ends before it begins");
        }
        return new TidRange(from, to);
    }

    private static Key key(JsonNode json) {
        String base64 = text(json, "a key");
        try {
            Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // Without the cause, which shows a part of the key.
            throw new IllegalArgumentException("a key is not base64");
        }
        return new Key(base64);
    }

    private static <T> List<T> list(JsonNode json, String name, Function<JsonNode, T> element) {
        JsonNode array = json.path(name);
        if (!array.isArray()) {
            throw new IllegalArgumentException(name + " is not a list");
        }
        List<T> elements = new ArrayList<>(array.size());
        array.forEach(each -> elements.add(element.apply(each)));
        return elements;
    }

    private static String text(JsonNode value, String what) {
        if (!value.isString()) {
            throw new IllegalArgumentException(what + " is not a text");
        }
        return value.stringValue();
    }

    private static boolean truth(JsonNode value, String what) {
        if (!value.isBoolean()) {
            throw new IllegalArgumentException(what + " is not true or false");
        }
        return value.booleanValue();
    }

    private static int integer(JsonNode value, String what) {
        long number = number(value, what);
        if (number > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(what + " is too large");
        }
        return (int) number;
    }

    private static long number(JsonNode value, String what) {
        if (!value.canConvertToLong() || !value.isIntegralNumber() || value.longValue() < 0) {
            throw new IllegalArgumentException(what + " is not a whole number from 0 on");
        }
        return value.longValue();
    }
}
