package io.tomogrid.inference.pack;

import java.math.BigInteger;
import java.util.Comparator;

/** The order of versions. */
public final class Versions {
    private Versions() {}

    /** Numbers in versions are compared as numbers: 1.10 comes after 1.9; a pre-release 1.0-rc before 1.0. */
    public static final Comparator<String> ORDER = Versions::compare;

    private static int compare(String a, String b) {
        String[] left = a.split("(?<=[0-9])(?=[^0-9])|(?<=[^0-9])(?=[0-9])");
        String[] right = b.split("(?<=[0-9])(?=[^0-9])|(?<=[^0-9])(?=[0-9])");
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            String one = i < left.length ? left[i] : "";
            String other = i < right.length ? right[i] : "";
            int order = digits(one) && digits(other)
                    ? new BigInteger(one).compareTo(new BigInteger(other))
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
}
