package io.walex.reactive.codec;

/** {@code tsvector} and {@code tsquery}: their text, also where the server sent their binary form. */
final class TextSearchCodecs {

    static final ColumnCodec TSVECTOR = new FormsCodec(BytesCodecs::text, TextSearchCodecs::vector);
    static final ColumnCodec TSQUERY = new FormsCodec(BytesCodecs::text, TextSearchCodecs::query);

    private static final String WEIGHTS = "DCBA";

    private TextSearchCodecs() {}

    private static String vector(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int count = cursor.count(3);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ");
            appendQuoted(text, cursor.terminatedText());
            int positions = cursor.int16() & 0xFFFF;
            for (int p = 0; p < positions; p++) {
                appendPosition(text.append(p == 0 ? ':' : ','), cursor.int16());
            }
        }
        cursor.finish();
        return text.toString();
    }

    /** Two bits of weight, of which D is not shown, and 14 of position. */
    private static void appendPosition(StringBuilder text, int entry) {
        text.append(entry & 0x3FFF);
        int weight = entry >> 14 & 3;
        if (weight != 0) {
            text.append(WEIGHTS.charAt(weight));
        }
    }

    static void appendQuoted(StringBuilder text, String lexeme) {
        text.append('\'')
                .append(lexeme.replace("\\", "\\\\").replace("'", "''"))
                .append('\'');
    }

    private static String query(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        String text = new TsQueryReader(cursor).read();
        cursor.finish();
        return text;
    }
}
