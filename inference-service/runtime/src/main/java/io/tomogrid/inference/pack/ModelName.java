package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.util.Comparator;
import java.util.regex.Pattern;

/** A model and its version, as a reference {@code name:version}: both fit a registry's names and tags. */
record ModelName(String name, String version) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+)*");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    static ModelName of(Document document) throws OciException {
        String name = document.text("name");
        if (name.length() > 100 || !NAME.matcher(name).matches()) {
            throw document.wrong("name", "lower-case letters and digits, parted by one dot, dash or underscore");
        }
        String version = document.text("version");
        if (!VERSION.matcher(version).matches() || version.endsWith(".sig")) {
            throw document.wrong("version", "a version such as 1.0.0");
        }
        return new ModelName(name, version);
    }

    /** Numbers in versions are compared as numbers: 1.10 comes after 1.9; a pre-release 1.0-rc before 1.0. */
    static final Comparator<String> BY_VERSION = ModelName::compare;

    private static int compare(String a, String b) {
        String[] left = a.split("(?<=[0-9])(?=[^0-9])|(?<=[^0-9])(?=[0-9])");
        String[] right = b.split("(?<=[0-9])(?=[^0-9])|(?<=[^0-9])(?=[0-9])");
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            String one = i < left.length ? left[i] : "";
            String other = i < right.length ? right[i] : "";
            int order = digits(one) && digits(other)
                    ? new java.math.BigInteger(one).compareTo(new java.math.BigInteger(other))
                    : rank(one) != rank(other) ? Integer.compare(rank(one), rank(other)) : one.compareTo(other);
            if (order != 0) {
                return order;
            }
        }
        return a.compareTo(b);
    }

    private static boolean digits(String part) {
        return !part.isEmpty() && part.charAt(0) >= '0' && part.charAt(0) <= '9';
    }

    /** A dash starts a pre-release, which comes before the end; anything else after it. */
    private static int rank(String part) {
        return part.startsWith("-") ? 0 : part.isEmpty() ? 1 : 2;
    }

    @Override
    public String toString() {
        return name + ":" + version;
    }
}
