package io.walex.reactive.codec;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A value of PostgreSQL's geometric types; its text is PostgreSQL's. Numbers are compared as {@code Double.equals}
 * does: NaN is equal to itself.
 */
public sealed interface Geometric {

    /** {@code (x,y)}. */
    record Point(double x, double y) implements Geometric {
        @Override
        public String toString() {
            return "(" + PgText.of(x) + ',' + PgText.of(y) + ')';
        }
    }

    /** {@code {a,b,c}}: where ax + by + c = 0. */
    record Line(double a, double b, double c) implements Geometric {
        @Override
        public String toString() {
            return "{" + PgText.of(a) + ',' + PgText.of(b) + ',' + PgText.of(c) + '}';
        }
    }

    /** {@code [(x1,y1),(x2,y2)]}. */
    record LineSegment(Point start, Point end) implements Geometric {
        @Override
        public String toString() {
            return "[" + start + ',' + end + ']';
        }
    }

    /** {@code (x1,y1),(x2,y2)}: PostgreSQL stores the upper right corner first. */
    record Box(Point upperRight, Point lowerLeft) implements Geometric {
        @Override
        public String toString() {
            return upperRight + "," + lowerLeft;
        }
    }

    /** {@code [(x1,y1),...]}, or {@code ((x1,y1),...)} when closed. */
    record Path(List<Point> points, boolean isClosed) implements Geometric {

        public Path {
            points = List.copyOf(points);
        }

        @Override
        public String toString() {
            return isClosed ? text("(", points, ")") : text("[", points, "]");
        }
    }

    /** {@code ((x1,y1),...)}. */
    record Polygon(List<Point> points) implements Geometric {

        public Polygon {
            points = List.copyOf(points);
        }

        @Override
        public String toString() {
            return text("(", points, ")");
        }
    }

    /** {@code <(x,y),r>}. */
    record Circle(Point center, double radius) implements Geometric {
        @Override
        public String toString() {
            return "<" + center + ',' + PgText.of(radius) + '>';
        }
    }

    private static String text(String before, List<Point> points, String after) {
        return points.stream().map(Point::toString).collect(Collectors.joining(",", before, after));
    }
}
