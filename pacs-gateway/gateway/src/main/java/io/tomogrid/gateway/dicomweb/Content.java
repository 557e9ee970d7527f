package io.tomogrid.gateway.dicomweb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A media type with its parameters as a header has it.
 *
 * @param type in lower case
 * @param parameters names in lower case; those within the quotes of another one are among them
 */
record Content(String type, Map<String, String> parameters) {

    static Content parse(String text) {
        List<String> parts = split(text, ';');
        Map<String, String> parameters = new LinkedHashMap<>();
        parts.subList(1, parts.size()).forEach(part -> parameter(part, parameters));
        return new Content(parts.get(0).toLowerCase(Locale.ROOT), parameters);
    }

    private static void parameter(String text, Map<String, String> into) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            return;
        }
        String name = text.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        String value = text.substring(equals + 1).strip();
        if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            List<String> inner = split(value.substring(1, value.length() - 1), ';');
            value = inner.get(0);
            inner.subList(1, inner.size()).forEach(part -> parameter(part, into));
        }
        into.putIfAbsent(name, value);
    }

    /** At a separator that is not within quotes; pieces are stripped. */
    static List<String> split(String text, char separator) {
        List<String> pieces = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (c == separator && !quoted) {
                pieces.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        pieces.add(text.substring(start).strip());
        return pieces;
    }
}
