package io.tomogrid.inference.oci;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object that somebody else wrote, read key by key: what is missing or of another kind is named with its place.
 *
 * @param where what it is, for messages: {@code index.json manifests[0]}
 */
public record Document(String where, Map<?, ?> fields) {
    /** No document is longer, bytes; registries take no longer manifest either. */
    public static final int MAX_BYTES = 4 << 20;

    /** @throws OciException if it is too long or no JSON object */
    public static Document parse(String where, byte[] json) throws OciException {
        if (json.length > MAX_BYTES) {
            throw new OciException(where + ": " + json.length + " bytes, at most " + MAX_BYTES + " are read");
        }
        try {
            return new Document(where, JSON.std.mapFrom(new String(json, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            throw new OciException(where + " is not a JSON object", e);
        }
    }

    /** @throws OciException if it is too long or no JSON object */
    public static Document read(Path file) throws IOException {
        String where = String.valueOf(file.getFileName());
        if (!Files.isRegularFile(file)) {
            throw new OciException(
                    "there is no " + where + " in " + file.toAbsolutePath().getParent());
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new OciException(where + ": " + Files.size(file) + " bytes, at most " + MAX_BYTES + " are read");
        }
        return parse(where, Files.readAllBytes(file));
    }

    public boolean has(String key) {
        return fields.get(key) != null;
    }

    /** @throws OciException if it is missing, blank or no text */
    public String text(String key) throws OciException {
        if (fields.get(key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw wrong(key, "a text");
    }

    public String text(String key, String otherwise) throws OciException {
        return has(key) ? text(key) : otherwise;
    }

    public boolean flag(String key, boolean otherwise) throws OciException {
        if (!has(key)) {
            return otherwise;
        }
        if (fields.get(key) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false");
    }

    /** @throws OciException if it is missing or no whole number of at least 0 that a long holds */
    public long whole(String key) throws OciException {
        Object value = fields.get(key);
        if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
            return ((Number) value).longValue();
        }
        throw wrong(key, "a whole number of at least 0");
    }

    /** @throws OciException if it is missing or no finite number */
    public double number(String key) throws OciException {
        return number(key, fields.get(key));
    }

    /** @return empty if it is missing */
    public List<Double> numbers(String key) throws OciException {
        List<Double> numbers = new ArrayList<>();
        for (Object item : list(key)) {
            numbers.add(number(key, item));
        }
        return numbers;
    }

    /** @return empty if it is missing */
    public List<String> texts(String key) throws OciException {
        List<String> texts = new ArrayList<>();
        for (Object item : list(key)) {
            if (!(item instanceof String text)) {
                throw wrong(key, "a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Texts by their names, in order; empty if it is missing. */
    public Map<String, String> textMap(String key) throws OciException {
        Map<String, String> texts = new LinkedHashMap<>();
        if (has(key)) {
            Document map = object(key);
            for (Object name : map.fields().keySet()) {
                if (!(map.fields().get(name) instanceof String text)) {
                    throw map.wrong((String) name, "a text");
                }
                texts.put((String) name, text);
            }
        }
        return texts;
    }

    public Document object(String key) throws OciException {
        if (fields.get(key) instanceof Map<?, ?> map) {
            return new Document(where + " " + key, map);
        }
        throw wrong(key, "an object");
    }

    public Optional<Document> optional(String key) throws OciException {
        return has(key) ? Optional.of(object(key)) : Optional.empty();
    }

    /** @return empty if it is missing */
    public List<Document> objects(String key) throws OciException {
        List<Document> objects = new ArrayList<>();
        for (Object item : list(key)) {
            if (!(item instanceof Map<?, ?> map)) {
                throw wrong(key, "a list of objects");
            }
            objects.add(new Document(where + " " + key + "[" + objects.size() + "]", map));
        }
        return objects;
    }

    /** @throws OciException if the key's value is none of these */
    public <E extends Enum<E>> E oneOf(String key, Class<E> type) throws OciException {
        String text = text(key);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw wrong(key, "one of " + List.of(type.getEnumConstants()));
    }

    /** The error of this document that says what was expected of the key and what is there. */
    public OciException wrong(String key, String expected) {
        Object value = fields.get(key);
        return new OciException(where + " " + key + ": expected " + expected + ", got "
                + (value == null ? "nothing" : shown(String.valueOf(value))));
    }

    /** A stranger's text for a message: short, without control characters. */
    public static String shown(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "…";
    }

    private List<?> list(String key) throws OciException {
        if (!has(key)) {
            return List.of();
        }
        if (fields.get(key) instanceof List<?> list) {
            return list;
        }
        throw wrong(key, "a list");
    }

    private double number(String key, Object value) throws OciException {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw wrong(key, "a number");
    }
}
