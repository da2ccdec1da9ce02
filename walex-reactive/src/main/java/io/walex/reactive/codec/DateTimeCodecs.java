package io.walex.reactive.codec;

import io.walex.reactive.codec.FormsCodec.Form;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Dates and times. The infinities are the Java types' {@code MAX} and {@code MIN}, as in PostgreSQL's drivers; no finite
 * value of PostgreSQL comes near those.
 */
final class DateTimeCodecs {

    private static final long EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();
    private static final long EPOCH_SECOND = TimeUnit.DAYS.toSeconds(EPOCH_DAY);
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_DAY = TimeUnit.DAYS.toMicros(1);
    private static final int NANOS_PER_MICRO = 1000;

    static final ColumnCodec DATE =
            new FormsCodec(checked(DateTimeCodecs::date), DateTimeCodecs::binaryDate, DirectJson::date);

    static final ColumnCodec TIME =
            new FormsCodec(checked(DateTimeCodecs::time), DateTimeCodecs::binaryTime, DirectJson::time);

    static final ColumnCodec TIMETZ =
            new FormsCodec(checked(DateTimeCodecs::timetz), checked(DateTimeCodecs::binaryTimetz));

    static final ColumnCodec TIMESTAMP =
            new FormsCodec(checked(DateTimeCodecs::timestamp), DateTimeCodecs::binaryTimestamp, DirectJson::timestamp);

    static final ColumnCodec TIMESTAMPTZ = new FormsCodec(
            checked(DateTimeCodecs::timestamptz), DateTimeCodecs::binaryTimestamptz, DirectJson::timestamptz);

    static final ColumnCodec INTERVAL = new FormsCodec(
            (bytes, offset, length) -> Interval.parse(Digits.ascii(bytes, offset, length)),
            DateTimeCodecs::binaryInterval);

    private DateTimeCodecs() {}

    private static Form checked(Form form) {
        return (bytes, offset, length) -> {
            try {
                return form.read(bytes, offset, length);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("not a date or time", e);
            }
        };
    }

    private static LocalDate date(byte[] bytes, int offset, int length) {
        int infinity = DateTimeCursor.infinity(bytes, offset, length);
        if (infinity != 0) {
            return infinity > 0 ? LocalDate.MAX : LocalDate.MIN;
        }
        return new DateTimeCursor(bytes, offset, length).date();
    }

    private static LocalDate binaryDate(byte[] bytes, int offset, int length) {
        int days = BinaryCursor.int32(bytes, offset, length);
        return switch (days) {
            case Integer.MAX_VALUE -> LocalDate.MAX;
            case Integer.MIN_VALUE -> LocalDate.MIN;
            default -> LocalDate.ofEpochDay(EPOCH_DAY + days);
        };
    }

    private static LocalTime time(byte[] bytes, int offset, int length) {
        DateTimeCursor cursor = new DateTimeCursor(bytes, offset, length);
        LocalTime time = cursor.time();
        cursor.finish();
        return time;
    }

    private static LocalTime binaryTime(byte[] bytes, int offset, int length) {
        return time(BinaryCursor.int64(bytes, offset, length));
    }

    private static LocalTime time(long micros) {
        if (micros < 0 || micros > MICROS_PER_DAY) {
            throw new IllegalArgumentException("no time of day: " + micros + " microseconds");
        }
        return micros == MICROS_PER_DAY ? LocalTime.MAX : LocalTime.ofNanoOfDay(micros * NANOS_PER_MICRO);
    }

    private static OffsetTime timetz(byte[] bytes, int offset, int length) {
        DateTimeCursor cursor = new DateTimeCursor(bytes, offset, length);
        LocalTime time = cursor.time();
        ZoneOffset zone = cursor.offset();
        cursor.finish();
        return OffsetTime.of(time, zone);
    }

    private static OffsetTime binaryTimetz(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        LocalTime time = time(cursor.int64());
        int secondsWest = cursor.int32();
        cursor.finish();
        return OffsetTime.of(time, ZoneOffset.ofTotalSeconds(-secondsWest));
    }

    private static LocalDateTime timestamp(byte[] bytes, int offset, int length) {
        int infinity = DateTimeCursor.infinity(bytes, offset, length);
        if (infinity != 0) {
            return infinity > 0 ? LocalDateTime.MAX : LocalDateTime.MIN;
        }
        return new DateTimeCursor(bytes, offset, length).timestamp();
    }

    private static LocalDateTime binaryTimestamp(byte[] bytes, int offset, int length) {
        long micros = BinaryCursor.int64(bytes, offset, length);
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? LocalDateTime.MAX : LocalDateTime.MIN;
        }
        return timestamp(micros);
    }

    private static LocalDateTime timestamp(long micros) {
        long seconds = Math.floorDiv(micros, MICROS_PER_SECOND);
        int nanos = (int) Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO;
        return LocalDateTime.ofEpochSecond(EPOCH_SECOND + seconds, nanos, ZoneOffset.UTC);
    }

    /** In UTC, whatever the session's time zone: the binary form has none. */
    private static OffsetDateTime timestamptz(byte[] bytes, int offset, int length) {
        int infinity = DateTimeCursor.infinity(bytes, offset, length);
        if (infinity != 0) {
            return infinity > 0 ? OffsetDateTime.MAX : OffsetDateTime.MIN;
        }
        return new DateTimeCursor(bytes, offset, length).timestamptz().withOffsetSameInstant(ZoneOffset.UTC);
    }

    private static OffsetDateTime binaryTimestamptz(byte[] bytes, int offset, int length) {
        long micros = BinaryCursor.int64(bytes, offset, length);
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? OffsetDateTime.MAX : OffsetDateTime.MIN;
        }
        return timestamp(micros).atOffset(ZoneOffset.UTC);
    }

    private static Interval binaryInterval(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        long micros = cursor.int64();
        int days = cursor.int32();
        int months = cursor.int32();
        cursor.finish();
        return new Interval(months, days, micros);
    }
}
