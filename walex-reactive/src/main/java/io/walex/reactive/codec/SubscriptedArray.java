package io.walex.reactive.codec;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An array whose subscripts start elsewhere than at 1: the list of its elements, as of any other array, that knows
 * where they start. Immutable; equal to every list of the same elements, as {@link List} has it, whatever their
 * subscripts.
 *
 * @see <a href="https://www.postgresql.org/docs/current/arrays.html#ARRAYS-MODIFYING">Subscripts other than one-based</a>
 */
public final class SubscriptedArray extends AbstractList<@Nullable Object> implements RandomAccess {

    private final List<@Nullable Object> elements;
    private final List<Integer> lowerBounds;

    SubscriptedArray(List<@Nullable Object> elements, List<Integer> lowerBounds) {
        this.elements = elements;
        this.lowerBounds = List.copyOf(lowerBounds);
    }

    /** Each dimension's lowest subscript, as {@code array_lower} gives it, the outermost first. */
    public List<Integer> lowerBounds() {
        return lowerBounds;
    }

    @Override
    public @Nullable Object get(int index) {
        return elements.get(index);
    }

    @Override
    public int size() {
        return elements.size();
    }
}
