package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * A type, literals of it and the Java values that they come as.
 *
 * @param sinceMajor the first PostgreSQL that takes all its literals
 */
record TypeCase(String type, int sinceMajor, List<String> literals, List<Object> values) {

    static TypeCase of(String type) {
        return new TypeCase(type, 14, new ArrayList<>(), new ArrayList<>());
    }

    static TypeCase since(int major, String type) {
        return new TypeCase(type, major, new ArrayList<>(), new ArrayList<>());
    }

    TypeCase value(String literal, Object value) {
        literals.add(literal);
        values.add(value);
        return this;
    }

    /** SQL of the literal; the type's own name may hold anything. */
    String sql(int index) {
        return "'" + literals.get(index).replace("'", "''") + "'::" + type;
    }

    boolean isArray() {
        return type.endsWith("[]");
    }

    /** The type itself where it is no array. */
    String elementType() {
        return isArray() ? type.substring(0, type.length() - 2) : type;
    }

    @Override
    public String toString() {
        return type;
    }
}
