package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The types that a yardl stream states in its head. Values are read by them, so that a file whose version has more, fewer or other
 * fields is read as long as those that are needed are there.
 */
final class YardlSchema {
    private static final int DEEPEST = 48;
    private static final int MOST_TYPES = 10_000;
    private static final Map<String, YardlType> PRIMITIVES = Map.ofEntries(
            Map.entry("bool", YardlType.Primitive.BOOL),
            Map.entry("int8", YardlType.Primitive.BYTE),
            Map.entry("uint8", YardlType.Primitive.BYTE),
            Map.entry("int16", YardlType.Primitive.SIGNED),
            Map.entry("int32", YardlType.Primitive.SIGNED),
            Map.entry("int64", YardlType.Primitive.SIGNED),
            Map.entry("uint16", YardlType.Primitive.UNSIGNED),
            Map.entry("uint32", YardlType.Primitive.UNSIGNED),
            Map.entry("uint64", YardlType.Primitive.UNSIGNED),
            Map.entry("size", YardlType.Primitive.UNSIGNED),
            Map.entry("float32", YardlType.Primitive.FLOAT32),
            Map.entry("float64", YardlType.Primitive.FLOAT64),
            Map.entry("string", YardlType.Primitive.STRING),
            Map.entry("date", YardlType.Primitive.SIGNED),
            Map.entry("time", YardlType.Primitive.SIGNED),
            Map.entry("datetime", YardlType.Primitive.SIGNED));

    private final Map<String, Map<?, ?>> definitions = new HashMap<>();
    private final Map<String, YardlType> known = new HashMap<>();
    private int made;

    /** @param types the list of the schema's types */
    YardlSchema(List<?> types) throws PetRawException {
        for (Object type : types) {
            if (type instanceof Map<?, ?> definition && definition.get("name") instanceof String name) {
                definitions.put(name, definition);
            } else {
                throw new PetRawException("PETSIRD: its schema has a type without a name");
            }
        }
    }

    YardlType type(Object json) throws PetRawException {
        return type(json, Map.of(), 0);
    }

    private YardlType type(Object json, Map<String, YardlType> parameters, int depth) throws PetRawException {
        if (depth > DEEPEST || ++made > MOST_TYPES) {
            throw new PetRawException("PETSIRD: its schema is nested too deeply");
        }
        if (json instanceof String name) {
            return named(name, List.of(), parameters, depth);
        }
        if (json instanceof List<?> cases) {
            return union(cases, parameters, depth);
        }
        if (json instanceof Map<?, ?> map) {
            if (map.get("name") instanceof String name) {
                List<YardlType> arguments = new ArrayList<>();
                for (Object argument : list(map.get("typeArguments"))) {
                    arguments.add(type(argument, parameters, depth + 1));
                }
                return named(name, arguments, parameters, depth);
            }
            if (map.get("vector") instanceof Map<?, ?> vector) {
                int length = vector.get("length") instanceof Double fixed ? fixed.intValue() : -1;
                return new YardlType.Sequence(type(vector.get("items"), parameters, depth + 1), List.of(length));
            }
            if (map.get("array") instanceof Map<?, ?> array) {
                return new YardlType.Sequence(
                        type(array.get("items"), parameters, depth + 1), lengths(array.get("dimensions")));
            }
        }
        throw new PetRawException("PETSIRD: its schema has a type that this release does not know");
    }

    private static List<?> list(Object json) {
        return json instanceof List<?> list ? list : List.of();
    }

    private static List<Integer> lengths(Object dimensions) {
        List<Integer> lengths = new ArrayList<>();
        if (dimensions instanceof Double count) {
            for (int n = 0; n < Math.min(count, DEEPEST); n++) {
                lengths.add(-1);
            }
        }
        for (Object dimension : list(dimensions)) {
            boolean fixed = dimension instanceof Map<?, ?> map && map.get("length") instanceof Double;
            lengths.add(fixed ? ((Double) ((Map<?, ?>) dimension).get("length")).intValue() : -1);
        }
        return lengths;
    }

    private YardlType union(List<?> cases, Map<String, YardlType> parameters, int depth) throws PetRawException {
        List<String> tags = new ArrayList<>();
        List<YardlType> types = new ArrayList<>();
        for (Object one : cases) {
            boolean tagged = one instanceof Map<?, ?> map && map.containsKey("type");
            Object type = tagged ? ((Map<?, ?>) one).get("type") : one;
            Object tag = tagged ? ((Map<?, ?>) one).get("tag") : null;
            tags.add(tag instanceof String text ? text : "");
            types.add(type == null ? null : type(type, parameters, depth + 1));
        }
        return new YardlType.Union(tags, types);
    }

    private YardlType named(String qualified, List<YardlType> arguments, Map<String, YardlType> parameters, int depth)
            throws PetRawException {
        if (parameters.containsKey(qualified)) {
            return parameters.get(qualified);
        }
        if (PRIMITIVES.containsKey(qualified)) {
            return PRIMITIVES.get(qualified);
        }
        String name = qualified.substring(qualified.lastIndexOf('.') + 1);
        if (arguments.isEmpty() && known.containsKey(name)) {
            return known.get(name);
        }
        Map<?, ?> definition = definitions.get(name);
        List<?> formal = definition == null ? List.of() : list(definition.get("typeParameters"));
        if (definition == null || formal.size() != arguments.size()) {
            throw new PetRawException("PETSIRD: its schema does not say what " + qualified + " is");
        }
        Map<String, YardlType> bound = new HashMap<>();
        for (int n = 0; n < formal.size(); n++) {
            bound.put(String.valueOf(formal.get(n)), arguments.get(n));
        }
        YardlType type = defined(name, definition, bound, depth);
        if (arguments.isEmpty()) {
            known.put(name, type);
        }
        return type;
    }

    private YardlType defined(String name, Map<?, ?> definition, Map<String, YardlType> parameters, int depth)
            throws PetRawException {
        if (definition.containsKey("values")) {
            Object base = definition.get("base");
            return type(base == null ? "int32" : base, Map.of(), depth + 1);
        }
        if (!definition.containsKey("fields")) {
            return type(definition.get("type"), parameters, depth + 1);
        }
        Map<String, YardlType> fields = new LinkedHashMap<>();
        for (Object field : list(definition.get("fields"))) {
            if (field instanceof Map<?, ?> map && map.get("name") instanceof String key) {
                fields.put(key, type(map.get("type"), parameters, depth + 1));
            }
        }
        return new YardlType.Fields(name, fields);
    }
}
