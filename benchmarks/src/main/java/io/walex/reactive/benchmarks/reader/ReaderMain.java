package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reader's process: takes targets, one per line, from its input and writes what each pass took. Its arguments are the
 * reader's name in {@link Readers}, and a {@link Measure}.
 */
public final class ReaderMain {

    static final String STARTED = "@started";
    static final String PASS = "@pass ";
    static final String FAILED = "@failed ";

    private ReaderMain() {}

    public static void main(String[] arguments) throws IOException {
        Reader reader = Readers.valueOf(arguments[0]).create();
        Measure measure = Measure.valueOf(arguments[1]);
        PrintStream answers = System.out;
        // Whatever else is printed must not get between the answers.
        System.setOut(System.err);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        JsonMapper json = new JsonMapper();
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(run(reader, json.readValue(line, Target.class), measure, answers, json));
        }
        System.exit(0);
    }

    private static String run(Reader reader, Target target, Measure measure, PrintStream answers, JsonMapper json) {
        Runnable onFirst = () -> answers.println(STARTED);
        Meter meter = new Meter(reader.rows(target), measure, onFirst);
        try {
            reader.read(target, meter);
            return PASS + json.writeValueAsString(meter.pass());
        } catch (Exception e) {
            e.printStackTrace();
            return FAILED + e;
        }
    }
}
