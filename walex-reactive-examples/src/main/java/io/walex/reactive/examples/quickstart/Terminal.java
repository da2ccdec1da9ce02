package io.walex.reactive.examples.quickstart;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The terminal behind standard error.
 *
 * @param columns how wide it is
 * @param colour whether it may be coloured, see no-color.org
 * @param takesOutput whether standard output goes to a terminal too
 */
record Terminal(int columns, boolean colour, boolean takesOutput) {

    private static final int USUAL_COLUMNS = 80;
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)\\s*");

    /** Empty where standard error is a file, a pipe or a terminal that only takes lines. Java cannot tell; a shell can. */
    static Optional<Terminal> behindErrors(Map<String, String> environment) {
        if (environment.getOrDefault("TERM", "dumb").equals("dumb") || !succeeds("test -t 2")) {
            return Optional.empty();
        }
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty();
        return Optional.of(new Terminal(columnsOfErrors(), colour, succeeds("test -t 1")));
    }

    private static boolean succeeds(String command) {
        try {
            Process shell = shell(command).redirectOutput(Redirect.INHERIT).start();
            return shell.waitFor(5, TimeUnit.SECONDS) && shell.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int columnsOfErrors() {
        try {
            Process shell = shell("stty size <&2").start();
            Matcher size = SIZE.matcher(new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            int columns = size.matches() ? Integer.parseInt(size.group(1)) : 0;
            return columns > 0 ? columns : USUAL_COLUMNS;
        } catch (IOException | NumberFormatException e) {
            return USUAL_COLUMNS;
        }
    }

    private static ProcessBuilder shell(String command) {
        return new ProcessBuilder("sh", "-c", command).redirectError(Redirect.INHERIT);
    }
}
