package io.tomogrid.inference.client;

import java.util.Map;
import java.util.TreeMap;

/**
 * Whom a request is made for; what is not known is empty. A service tells by it which version of a model answers.
 *
 * @param study Study Instance UID: a version that is tried on a share of the studies takes a study or leaves it
 * @param pin one stretch of work, e.g. an attempt of a job: all its requests are answered by the version of the first
 * @param site where the study comes from, as routing rules name it
 * @param tenant whose requests are counted together where the service limits them
 */
public record Caller(String study, String pin, String site, String tenant) {
    public static final String STUDY = "Tomogrid-Study";
    public static final String PIN = "Tomogrid-Pin";
    public static final String SITE = "Tomogrid-Site";
    public static final String TENANT = "Tomogrid-Tenant";
    public static final Caller NOBODY = new Caller("", "", "", "");

    private static final String VALUE = "[A-Za-z0-9._/:-]{0,128}";

    /** @throws IllegalArgumentException naming what cannot be sent */
    public Caller {
        check(STUDY, study);
        check(PIN, pin);
        check(SITE, site);
        check(TENANT, tenant);
    }

    public static Caller of(String study, String pin) {
        return new Caller(study, pin, "", "");
    }

    /** The HTTP headers that say so. */
    Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(Map.of(STUDY, study, PIN, pin, SITE, site, TENANT, tenant));
        headers.values().removeIf(String::isEmpty);
        return headers;
    }

    private static void check(String name, String value) {
        if (!value.matches(VALUE)) {
            throw new IllegalArgumentException(
                    name + ": at most 128 letters, digits, dots, dashes, colons, slashes and underscores are taken");
        }
    }
}
