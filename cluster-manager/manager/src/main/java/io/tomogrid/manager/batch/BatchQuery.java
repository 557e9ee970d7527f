package io.tomogrid.manager.batch;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which studies, by attributes as QIDO-RS matches them (PS3.18 section 8.3.4.1). Whether they can be matched is the
 * gateway's to say.
 *
 * @param text {@code keyword=value} joined by {@code &}, percent-encoded
 */
record BatchQuery(String text) {
    private static final int LONGEST = 4000;
    /** Parameters of a search that say how to answer, not what to find. */
    private static final Set<String> NO_ATTRIBUTES =
            Set.of("limit", "offset", "includefield", "fuzzymatching", "accept");

    private static final String EXAMPLE = ", e.g. StudyDate=20260101-20261231&ModalitiesInStudy=PT";

    /** @throws IllegalArgumentException naming what is wrong, never a value */
    static BatchQuery parse(String given) {
        if (given.isBlank()) {
            throw new IllegalArgumentException("query is empty: say which studies" + EXAMPLE);
        }
        List<String> terms = new ArrayList<>();
        for (String term : given.strip().split("&", -1)) {
            int equals = term.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "query: expected attribute=value joined by & (as one word of the shell)" + EXAMPLE);
            }
            String name = decoded(term.substring(0, equals)).strip();
            String value = decoded(term.substring(equals + 1));
            if (NO_ATTRIBUTES.contains(name)) {
                throw new IllegalArgumentException(
                        "query: " + name + " is no attribute of a study; it is not needed here, leave it out");
            }
            if (value.isBlank()) {
                throw new IllegalArgumentException(
                        "query: a value is missing, that would match every study; write * if it is meant");
            }
            terms.add(encoded(name) + "=" + encoded(value));
        }
        String text = String.join("&", terms);
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("query: expected at most " + LONGEST + " characters, got "
                    + text.length() + "; make several batches of it");
        }
        return new BatchQuery(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "query: a % begins no percent-encoding; write %25 for the sign itself", e);
        }
    }
}
