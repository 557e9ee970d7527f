package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dictionary;
import io.tomogrid.gateway.RequestFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters of a search, PS3.18 section 8.3.4.
 *
 * @param matching attributes that must match
 * @param include attributes that the answer holds besides those that it always holds
 * @param includeAll whether it holds everything that is known
 * @param fuzzy whether fuzzy matching was asked for; it is not done
 */
record SearchRequest(
        List<Matching> matching, Set<Integer> include, boolean includeAll, int limit, int offset, boolean fuzzy) {
    /** More than this is never answered at once. */
    static final int MOST = 1000;

    private static final int MAX_VALUE = 1024;

    /** @throws RequestFault naming the parameter that cannot be understood, never its value */
    static SearchRequest parse(Map<String, String[]> parameters) {
        List<Matching> matching = new ArrayList<>();
        Set<Integer> include = new TreeSet<>(Integer::compareUnsigned);
        boolean all = false;
        int limit = MOST;
        int offset = 0;
        boolean fuzzy = false;
        for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
            for (String value : parameter.getValue()) {
                switch (parameter.getKey()) {
                    case "limit" -> limit = Math.min(MOST, number("limit", value, 1));
                    case "offset" -> offset = number("offset", value, 0);
                    case "fuzzymatching" -> fuzzy = bool(value);
                    case "accept" -> Accepted.json(value);
                    case "includefield" -> all |= include(value, include);
                    default -> matching.add(matching(parameter.getKey(), value));
                }
            }
        }
        return new SearchRequest(List.copyOf(matching), include, all, limit, offset, fuzzy);
    }

    private static Matching matching(String name, String value) {
        if (value.length() > MAX_VALUE) {
            throw RequestFault.malformed("a value to match: expected at most " + MAX_VALUE + " characters");
        }
        return Matching.of(tag(name), value);
    }

    private static boolean include(String value, Set<Integer> into) {
        boolean all = false;
        for (String name : value.split(",")) {
            if (name.equals("all")) {
                all = true;
            } else if (!name.isBlank()) {
                into.add(tag(name.strip()));
            }
        }
        return all;
    }

    private static int tag(String name) {
        if (name.matches("[0-9A-Fa-f]{8}")) {
            return Integer.parseUnsignedInt(name, 16);
        }
        OptionalInt tag = Dictionary.tagOf(name);
        if (tag.isEmpty()) {
            throw RequestFault.malformed("search: " + printable(name)
                    + " is neither a parameter nor an attribute's keyword or eight hexadecimal digits");
        }
        return tag.getAsInt();
    }

    /** What is no keyword may be anything, also a name that went astray. */
    private static String printable(String name) {
        return name.matches("[A-Za-z0-9.]{1,64}") ? name : "what was given";
    }

    private static int number(String what, String value, int least) {
        if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) < least) {
            throw RequestFault.malformed(what + ": expected a number from " + least);
        }
        return Integer.parseInt(value);
    }

    private static boolean bool(String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw RequestFault.malformed("fuzzymatching: expected true or false");
        }
        return value.equals("true");
    }
}
