package io.walex.reactive.codec;

import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What users register for a type. What fails in their code is told as theirs: of a value's form, and so of whether its
 * type was altered, it says nothing.
 */
final class Registered {

    private Registered() {}

    static UnaryOperator<ColumnCodec> codec(String type, ColumnCodec codec) {
        ColumnCodec registered = new FormsCodec(form(type, codec::fromText), form(type, codec::fromBinary));
        return ordinary -> registered;
    }

    private static FormsCodec.Form form(String type, FormsCodec.Form form) {
        return (bytes, offset, length) -> {
            try {
                return form.read(bytes, offset, length);
            } catch (RuntimeException e) {
                throw new IllegalStateException("The codec registered for type %s failed".formatted(type), e);
            }
        };
    }

    static UnaryOperator<ColumnCodec> function(String type, Function<Object, ?> function) {
        return ordinary -> ordinary.map(value -> {
            try {
                return function.apply(value);
            } catch (RuntimeException e) {
                throw new IllegalStateException("The function registered for type %s failed".formatted(type), e);
            }
        });
    }
}
