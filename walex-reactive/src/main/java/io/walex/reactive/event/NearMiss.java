package io.walex.reactive.event;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/** Finds what somebody probably meant. */
final class NearMiss {

    private NearMiss() {}

    /** The one whose name is nearest to the wanted; empty when none is near. */
    static <T> Optional<T> of(String wanted, Collection<T> known, Function<T, String> name) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(name.apply(each), wanted)))
                .filter(each -> distance(name.apply(each), wanted) <= Math.max(2, wanted.length() / 3));
    }

    /** Levenshtein's, without regard to case. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal
                        + (Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1))
                                ? 0
                                : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[row.length - 1];
    }
}
