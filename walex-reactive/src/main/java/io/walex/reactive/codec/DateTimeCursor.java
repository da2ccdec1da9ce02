package io.walex.reactive.codec;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Reads dates and times in PostgreSQL's ISO style: {@code 0044-03-15 12:00:00.000001+05:30 BC}. */
final class DateTimeCursor {

    private static final int FRACTION_DIGITS = 6;
    private static final int NANOS_PER_MICRO = 1000;

    private final byte[] bytes;
    private final int end;
    private int at;

    DateTimeCursor(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    /** 1 for {@code infinity}, -1 for {@code -infinity}, 0 for an ordinary value. */
    static int infinity(byte[] bytes, int offset, int length) {
        if (length == 8 && bytes[offset] == 'i') {
            return 1;
        }
        return length == 9 && bytes[offset] == '-' && bytes[offset + 1] == 'i' ? -1 : 0;
    }

    LocalDate date() {
        int year = year();
        int month = month();
        int day = number(2, 2);
        boolean beforeChrist = beforeChrist();
        return LocalDate.of(beforeChrist ? 1 - year : year, month, day);
    }

    LocalDateTime timestamp() {
        int year = year();
        int month = month();
        int day = number(2, 2);
        expect(' ');
        LocalTime time = time();
        boolean beforeChrist = beforeChrist();
        return LocalDateTime.of(LocalDate.of(beforeChrist ? 1 - year : year, month, day), time);
    }

    OffsetDateTime timestamptz() {
        int year = year();
        int month = month();
        int day = number(2, 2);
        expect(' ');
        LocalTime time = time();
        ZoneOffset offset = offset();
        boolean beforeChrist = beforeChrist();
        return OffsetDateTime.of(LocalDate.of(beforeChrist ? 1 - year : year, month, day), time, offset);
    }

    private int year() {
        int year = number(4, 9);
        expect('-');
        return year;
    }

    private int month() {
        int month = number(2, 2);
        expect('-');
        return month;
    }

    /** The era stands behind everything else. 1 BC is Java's year 0. */
    private boolean beforeChrist() {
        if (at == end) {
            return false;
        }
        expect(' ');
        expect('B');
        expect('C');
        finish();
        return true;
    }

    /** {@link LocalTime#MAX} for 24:00:00: no other time that PostgreSQL has comes to it. */
    LocalTime time() {
        int hour = number(2, 2);
        expect(':');
        int minute = number(2, 2);
        expect(':');
        int second = number(2, 2);
        int nano = fraction() * NANOS_PER_MICRO;
        if (hour == 24 && minute == 0 && second == 0 && nano == 0) {
            return LocalTime.MAX;
        }
        return LocalTime.of(hour, minute, second, nano);
    }

    private int fraction() {
        if (!skip('.')) {
            return 0;
        }
        int from = at;
        int micros = number(1, FRACTION_DIGITS);
        for (int digits = at - from; digits < FRACTION_DIGITS; digits++) {
            micros *= 10;
        }
        return micros;
    }

    ZoneOffset offset() {
        boolean west = skip('-');
        if (!west) {
            expect('+');
        }
        int seconds = number(2, 2) * 3600;
        if (skip(':')) {
            seconds += number(2, 2) * 60;
        }
        if (skip(':')) {
            seconds += number(2, 2);
        }
        return seconds == 0 ? ZoneOffset.UTC : ZoneOffset.ofTotalSeconds(west ? -seconds : seconds);
    }

    boolean skip(char expected) {
        if (at == end || bytes[at] != expected) {
            return false;
        }
        at++;
        return true;
    }

    void expect(char expected) {
        if (!skip(expected)) {
            throw malformed();
        }
    }

    void finish() {
        if (at != end) {
            throw malformed();
        }
    }

    private int number(int minimalDigits, int maximalDigits) {
        int from = at;
        int value = 0;
        while (at < end && at - from < maximalDigits && bytes[at] >= '0' && bytes[at] <= '9') {
            value = value * 10 + bytes[at++] - '0';
        }
        if (at - from < minimalDigits) {
            throw malformed();
        }
        return value;
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("not a date or time in ISO style; is the session's DateStyle ISO?");
    }
}
