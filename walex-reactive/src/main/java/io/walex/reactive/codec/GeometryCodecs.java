package io.walex.reactive.codec;

import io.walex.reactive.codec.Geometric.Box;
import io.walex.reactive.codec.Geometric.Circle;
import io.walex.reactive.codec.Geometric.Line;
import io.walex.reactive.codec.Geometric.LineSegment;
import io.walex.reactive.codec.Geometric.Path;
import io.walex.reactive.codec.Geometric.Point;
import io.walex.reactive.codec.Geometric.Polygon;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The geometric types, each a list of numbers; only brackets differ. */
final class GeometryCodecs {

    static final ColumnCodec POINT = fixed(2, n -> point(n, 0));
    static final ColumnCodec LINE = fixed(3, n -> new Line(n[0], n[1], n[2]));
    static final ColumnCodec LSEG = fixed(4, n -> new LineSegment(point(n, 0), point(n, 2)));
    static final ColumnCodec BOX = fixed(4, n -> new Box(point(n, 0), point(n, 2)));
    static final ColumnCodec CIRCLE = fixed(3, n -> new Circle(point(n, 0), n[2]));
    static final ColumnCodec PATH =
            new FormsCodec(GeometryCodecs::path, GeometryCodecs::binaryPath, DirectJson::string);
    static final ColumnCodec POLYGON =
            new FormsCodec(GeometryCodecs::polygon, GeometryCodecs::binaryPolygon, DirectJson::string);

    private static final int POINT_SIZE = 2 * Double.BYTES;

    private GeometryCodecs() {}

    private static ColumnCodec fixed(int count, Function<double[], Object> shape) {
        return new FormsCodec(
                (bytes, offset, length) -> shape.apply(exactly(count, numbers(bytes, offset, length))),
                (bytes, offset, length) -> shape.apply(binaryNumbers(count, bytes, offset, length)),
                DirectJson::string);
    }

    private static Point point(double[] numbers, int at) {
        return new Point(numbers[at], numbers[at + 1]);
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
        boolean closed = length == 0 || bytes[offset] != '[';
        return new Path(points(bytes, offset, length), closed);
    }

    private static Path binaryPath(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        boolean closed = cursor.int8() != 0;
        return new Path(points(cursor), closed);
    }

    private static Polygon polygon(byte[] bytes, int offset, int length) {
        return new Polygon(points(bytes, offset, length));
    }

    private static Polygon binaryPolygon(byte[] bytes, int offset, int length) {
        return new Polygon(points(new BinaryCursor(bytes, offset, length)));
    }

    private static List<Point> points(byte[] bytes, int offset, int length) {
        double[] numbers = numbers(bytes, offset, length);
        if (numbers.length % 2 != 0) {
            throw new IllegalArgumentException("half a point");
        }
        List<Point> points = new ArrayList<>(numbers.length / 2);
        for (int i = 0; i < numbers.length; i += 2) {
            points.add(point(numbers, i));
        }
        return points;
    }

    private static List<Point> points(BinaryCursor cursor) {
        int count = cursor.count(POINT_SIZE);
        List<Point> points = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            points.add(new Point(cursor.float8(), cursor.float8()));
        }
        cursor.finish();
        return points;
    }
}
