package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.VR;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Attribute matching, PS3.4 section C.2.2.2: single value, list of UIDs, wild card, range and universal matching. Person
 * names match without regard to case. A list separated by commas or backslashes matches if any of its values does.
 */
final class Matching {
    private final int tag;
    private final VR vr;
    private final List<String> wanted;

    private Matching(int tag, List<String> wanted) {
        this.tag = tag;
        this.vr = Dictionary.vr(tag);
        this.wanted = wanted;
    }

    /** @param value as it stands in the request; empty matches everything */
    static Matching of(int tag, String value) {
        boolean list = switch (Dictionary.vr(tag)) {
            case UI, CS -> true;
            default -> false;
        };
        return new Matching(tag, Arrays.asList(list ? value.split("[,\\\\]") : new String[] {value}));
    }

    int tag() {
        return tag;
    }

    /** Whether it can be a key of a query of the index. */
    boolean isText() {
        return vr.kind() == VR.Kind.TEXT || vr.kind() == VR.Kind.SPECIFIC_TEXT;
    }

    /** Adds it to the keys of a query of the index. */
    void addTo(Dataset keys) {
        keys.put(tag, wanted.toArray(String[]::new));
    }

    boolean matches(Dataset dataset) {
        if (wanted.stream().allMatch(w -> w.isEmpty() || w.equals("*"))) {
            return true;
        }
        List<String> have = dataset.strings(tag);
        return wanted.stream().anyMatch(w -> have.stream().anyMatch(h -> matches(w, h)));
    }

    private boolean matches(String want, String have) {
        return switch (vr) {
            case DA, TM, DT -> range(want, have);
            case PN -> wildcard(want.toLowerCase(Locale.ROOT), name(have.toLowerCase(Locale.ROOT)));
            case UI, IS, DS, US, UL, SS, SL, FL, FD -> want.strip().equals(have);
            default -> wildcard(want, have);
        };
    }

    /** Trailing separators of empty components say nothing. */
    private static String name(String have) {
        return have.replaceAll("[\\^=]+$", "");
    }

    /** Ends are inclusive and compared as far as both are given: 1030 holds 103059. */
    private static boolean range(String want, String have) {
        int dash = want.indexOf('-');
        if (dash < 0) {
            return have.startsWith(want);
        }
        String from = want.substring(0, dash);
        String to = want.substring(dash + 1);
        return have.compareTo(from) >= 0 && (to.isEmpty() || have.compareTo(to) <= 0 || have.startsWith(to));
    }

    /** Star for any characters, question mark for one; linear in time but for the stars. */
    private static boolean wildcard(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int from = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
