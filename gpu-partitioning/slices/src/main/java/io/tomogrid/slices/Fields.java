package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Reads a JSON object's members; a missing or malformed one is named in the error. */
final class Fields {
    private final String document;
    private final Map<?, ?> map;

    private Fields(String document, Map<?, ?> map) {
        this.document = document;
        this.map = map;
    }

    static Fields of(String document, Object json) {
        if (json instanceof Map<?, ?> map) {
            return new Fields(document, map);
        }
        throw new IllegalArgumentException(document + ": expected a JSON object, got " + json);
    }

    String text(String key) {
        return present(key, String.class);
    }

    /** The same, where a document of before the member has none. */
    String textOr(String key, String otherwise) {
        return map.get(key) == null ? otherwise : text(key);
    }

    boolean flagOr(String key, boolean otherwise) {
        return map.get(key) == null ? otherwise : flag(key);
    }

    int integer(String key) {
        return Math.toIntExact(number(key));
    }

    long number(String key) {
        return present(key, Number.class).longValue();
    }

    /** Absent when the member is missing. */
    OptionalDouble decimal(String key) {
        return map.get(key) == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(present(key, Number.class).doubleValue());
    }

    boolean flag(String key) {
        return present(key, Boolean.class);
    }

    <T> List<T> list(String key, Function<Object, T> of) {
        var result = new ArrayList<T>();
        for (Object item : present(key, List.class)) {
            result.add(of.apply(item));
        }
        return List.copyOf(result);
    }

    private <T> T present(String key, Class<T> type) {
        Object value = map.get(key);
        if (value == null) {
            throw new IllegalArgumentException(document + ": " + key + " is missing");
        }
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    document + ": " + key + ": expected a " + type.getSimpleName() + ", got " + value);
        }
        return type.cast(value);
    }
}
