package io.walex.reactive.codec;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** What PostgreSQL 18 sent for {@link TypeCases}: {@code codec/forms.tsv}, with the types that are not built in. */
final class RecordedForms {

    private static final String RESOURCE = "codec/forms.tsv";
    private static final int MAJOR = 18;

    /** One value: its type's OID, and both forms. */
    record Forms(int oid, byte[] text, byte[] binary) {}

    private RecordedForms() {}

    /** Writes the resource anew where {@code -Dcodec.record=true} says so. */
    static void record(int major, ServerForms server, List<TypeCase> cases) throws Exception {
        if (major != MAJOR || !Boolean.getBoolean("codec.record")) {
            return;
        }
        List<String> lines = new ArrayList<>();
        for (TypeCase type : cases) {
            List<String> literals =
                    IntStream.range(0, type.values().size()).mapToObj(type::sql).toList();
            List<String> texts = server.texts(literals);
            List<byte[]> binaries = server.binaries(literals);
            int oid = server.oid(literals.get(0));
            for (int i = 0; i < literals.size(); i++) {
                HexFormat hex = HexFormat.of();
                String text = hex.formatHex(texts.get(i).getBytes(StandardCharsets.UTF_8));
                lines.add(String.join("\t", String.valueOf(oid), text, hex.formatHex(binaries.get(i))));
            }
        }
        Files.write(Path.of("src/test/resources", RESOURCE), lines);
        Files.write(Path.of("src/test/resources/codec/types.tsv"), typeLines(server.types()));
    }

    private static List<String> typeLines(List<PgType> types) {
        return types.stream()
                .filter(type -> type.schema().equals("public"))
                .map(RecordedForms::typeLine)
                .toList();
    }

    private static String typeLine(PgType type) {
        List<String> fields = new ArrayList<>(List.of(
                String.valueOf(type.oid()), type.name(), type.kind().name(), String.valueOf(type.elementOid())));
        type.attributes().forEach(attribute -> fields.add(attribute.name() + '=' + attribute.typeOid()));
        return String.join("\t", fields);
    }

    static TypeRegistry registry() throws Exception {
        List<PgType> types = new ArrayList<>();
        for (String line : lines("codec/types.tsv")) {
            String[] fields = line.split("\t");
            List<PgType.Attribute> attributes = new ArrayList<>();
            for (int i = 4; i < fields.length; i++) {
                String[] attribute = fields[i].split("=");
                attributes.add(new PgType.Attribute(attribute[0], Integer.parseInt(attribute[1]), -1));
            }
            types.add(new PgType(
                    Integer.parseInt(fields[0]),
                    "public",
                    fields[1],
                    PgType.Kind.valueOf(fields[2]),
                    Integer.parseInt(fields[3]),
                    ',',
                    attributes,
                    false));
        }
        return TypeRegistry.builder().types(types).build();
    }

    /** In the order of {@link TypeCases}. */
    static List<Forms> read() throws Exception {
        List<Forms> forms = new ArrayList<>();
        for (String line : lines(RESOURCE)) {
            String[] fields = line.split("\t", -1);
            HexFormat hex = HexFormat.of();
            forms.add(new Forms(Integer.parseInt(fields[0]), hex.parseHex(fields[1]), hex.parseHex(fields[2])));
        }
        return forms;
    }

    private static List<String> lines(String resource) throws Exception {
        try (InputStream in = RecordedForms.class.getResourceAsStream("/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
