package io.walex.reactive.codec;

import io.r2dbc.postgresql.codec.Box;
import io.r2dbc.postgresql.codec.Circle;
import io.r2dbc.postgresql.codec.Line;
import io.r2dbc.postgresql.codec.Lseg;
import io.r2dbc.postgresql.codec.Path;
import io.r2dbc.postgresql.codec.Point;
import io.r2dbc.postgresql.codec.Polygon;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The geometric types, as the driver's own values. Each is a list of numbers; only brackets differ. */
final class GeometryCodecs {

    static final ColumnCodec POINT = fixed(2, n -> Point.of(n[0], n[1]));
    static final ColumnCodec LINE = fixed(3, n -> Line.of(n[0], n[1], n[2]));
    static final ColumnCodec LSEG = fixed(4, n -> Lseg.of(n[0], n[1], n[2], n[3]));
    static final ColumnCodec BOX = fixed(4, n -> Box.of(n[0], n[1], n[2], n[3]));
    static final ColumnCodec CIRCLE = fixed(3, n -> Circle.of(n[0], n[1], n[2]));
    static final ColumnCodec PATH = new FormsCodec(GeometryCodecs::path, GeometryCodecs::binaryPath);
    static final ColumnCodec POLYGON = new FormsCodec(GeometryCodecs::polygon, GeometryCodecs::binaryPolygon);

    private static final int POINT_SIZE = 2 * Double.BYTES;

    private GeometryCodecs() {}

    private static ColumnCodec fixed(int count, Function<double[], Object> shape) {
        return new FormsCodec(
                (bytes, offset, length) -> shape.apply(exactly(count, numbers(bytes, offset, length))),
                (bytes, offset, length) -> shape.apply(binaryNumbers(count, bytes, offset, length)));
    }

    private static double[] exactly(int count, double[] numbers) {
        if (numbers.length != count) {
            throw new IllegalArgumentException("%d numbers where the shape has %d".formatted(numbers.length, count));
        }
        return numbers;
    }

    private static double[] numbers(byte[] bytes, int offset, int length) {
        List<Double> numbers = new ArrayList<>();
        int end = offset + length;
        int from = offset;
        for (int i = offset; i <= end; i++) {
            if (i == end || "()[]{}<>,".indexOf(bytes[i]) >= 0) {
                if (i > from) {
                    numbers.add(Digits.float8(bytes, from, i - from));
                }
                from = i + 1;
            }
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] binaryNumbers(int count, byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = cursor.float8();
        }
        cursor.finish();
        return numbers;
    }

    private static Path path(byte[] bytes, int offset, int length) {
        boolean open = length > 0 && bytes[offset] == '[';
        return Path.of(open, points(bytes, offset, length));
    }

    private static Path binaryPath(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        boolean open = cursor.int8() == 0;
        return Path.of(open, points(cursor));
    }

    private static Polygon polygon(byte[] bytes, int offset, int length) {
        return Polygon.of(points(bytes, offset, length));
    }

    private static Polygon binaryPolygon(byte[] bytes, int offset, int length) {
        return Polygon.of(points(new BinaryCursor(bytes, offset, length)));
    }

    private static List<Point> points(byte[] bytes, int offset, int length) {
        double[] numbers = numbers(bytes, offset, length);
        if (numbers.length % 2 != 0) {
            throw new IllegalArgumentException("half a point");
        }
        List<Point> points = new ArrayList<>(numbers.length / 2);
        for (int i = 0; i < numbers.length; i += 2) {
            points.add(Point.of(numbers[i], numbers[i + 1]));
        }
        return points;
    }

    private static List<Point> points(BinaryCursor cursor) {
        int count = cursor.count(POINT_SIZE);
        List<Point> points = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            points.add(Point.of(cursor.float8(), cursor.float8()));
        }
        cursor.finish();
        return points;
    }
}
