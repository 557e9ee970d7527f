package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON that a yardl stream begins with: maps, lists, strings, numbers as doubles, booleans and null. */
final class Json {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) throws PetRawException {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at < text.length()) {
            throw json.fault("more after its end");
        }
        return value;
    }

    private Object value(int depth) throws PetRawException {
        skipSpace();
        if (depth > DEEPEST || at >= text.length()) {
            throw fault(depth > DEEPEST ? "nested too deeply" : "cut off");
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws PetRawException {
        Map<String, Object> object = new LinkedHashMap<>();
        at++;
        if (!next('}')) {
            do {
                skipSpace();
                String key = string();
                expect(':');
                object.put(key, value(depth + 1));
            } while (next(','));
            expect('}');
        }
        return object;
    }

    private List<Object> list(int depth) throws PetRawException {
        List<Object> list = new ArrayList<>();
        at++;
        if (!next(']')) {
            do {
                list.add(value(depth + 1));
            } while (next(','));
            expect(']');
        }
        return list;
    }

    private String string() throws PetRawException {
        if (at >= text.length() || text.charAt(at) != '"') {
            throw fault("no string");
        }
        StringBuilder string = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return string.toString();
            }
            if (c == '\\') {
                at++;
                // names in a schema are identifiers: what else could be escaped never names a type
                string.append(at < text.length() ? text.charAt(at) : '\\');
            } else {
                string.append(c);
            }
        }
        throw fault("cut off in a string");
    }

    private Object word(String word, Object meaning) throws PetRawException {
        if (!text.startsWith(word, at)) {
            throw fault("no value");
        }
        at += word.length();
        return meaning;
    }

    private Double number() throws PetRawException {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(start, at));
        } catch (NumberFormatException noNumber) {
            throw fault("no value");
        }
    }

    private boolean next(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws PetRawException {
        if (!next(c)) {
            throw fault("no '" + c + "'");
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private PetRawException fault(String what) {
        return new PetRawException("PETSIRD: its schema is no JSON: " + what + " at character " + at);
    }
}
