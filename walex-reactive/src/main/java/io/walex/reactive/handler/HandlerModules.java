package io.walex.reactive.handler;

import io.walex.reactive.event.TablePattern;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds modules by WalEx's naming convention: for table {@code todo_item} the class {@code TodoItem} of a package.
 * Registering modules by hand does the same.
 */
public final class HandlerModules {

    private HandlerModules() {}

    /**
     * Makes those modules of the package that exist, in the tables' order. Tables of several schemas that share a name
     * have one module. Tables without a module are skipped, and so are patterns.
     *
     * @param packageName where the classes are
     * @param tables as in {@code subscribe}, such as {@link io.walex.reactive.config.WalExConfig#subscriptions()}
     * @throws IllegalArgumentException when a class of that name is not a {@link HandlerModule} that can be made
     *     without arguments
     */
    public static List<HandlerModule> inPackage(String packageName, Collection<String> tables, ClassLoader loader) {
        return tables.stream()
                .map(TablePattern::parse)
                .flatMap(pattern -> Stream.ofNullable(pattern.table()))
                .map(table -> packageName + "." + className(table))
                .distinct()
                .flatMap(name -> find(name, loader).stream())
                .map(HandlerModules::make)
                .toList();
    }

    private static Optional<Class<?>> find(String name, ClassLoader loader) {
        try {
            return Optional.of(Class.forName(name, true, loader));
        } catch (ClassNotFoundException none) {
            return Optional.empty();
        }
    }

    /** {@code todo_item} gives {@code TodoItem}, and so does {@code todo.item}. */
    static String className(String table) {
        return Arrays.stream(table.split("[_.]"))
                .filter(word -> !word.isEmpty())
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static HandlerModule make(Class<?> type) {
        try {
            return type.asSubclass(HandlerModule.class).getDeclaredConstructor().newInstance();
        } catch (ClassCastException | NoSuchMethodException | InstantiationException | IllegalAccessException e) {
            throw new IllegalArgumentException(
                    type.getName() + " is not a public HandlerModule with a public constructor without parameters", e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(type.getName() + " could not be made: " + e.getCause(), e);
        }
    }
}
