package io.tomogrid.dicom;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The data dictionary of PS3.6: VR and keyword of an attribute, name of a UID. */
public final class Dictionary {
    private static final Elements TABLE = load();
    private static final Map<String, String> UID_NAMES = loadUids();

    private Dictionary() {}

    /** A repeating group such as 60xx: tags that agree with {@code value} under {@code mask}. */
    private record Repeating(int mask, int value, VR vr, String keyword) {}

    /** Sorted as unsigned tags. */
    private record Elements(
            int[] tags, VR[] vrs, String[] keywords, Map<String, Integer> byKeyword, List<Repeating> repeating) {
        int find(int tag) {
            int low = 0;
            int high = tags.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = Integer.compareUnsigned(tags[middle], tag);
                if (order == 0) {
                    return middle;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }
    }

    /** The VR of PS3.6; the first one where it allows several; UN for what it does not know, private values included. */
    public static VR vr(int tag) {
        int at = TABLE.find(tag);
        if (at >= 0) {
            return TABLE.vrs[at];
        }
        if ((tag & 0xffff) == 0) {
            return VR.UL; // group length
        }
        if ((tag >>> 16 & 1) == 1) {
            int element = tag & 0xffff;
            return element >= 0x10 && element <= 0xff ? VR.LO : VR.UN; // private creator, private value
        }
        return TABLE.repeating.stream()
                .filter(r -> (tag & r.mask) == r.value)
                .map(Repeating::vr)
                .findFirst()
                .orElse(VR.UN);
    }

    /** Keyword such as {@code PatientID}, or an empty string. */
    public static String keyword(int tag) {
        int at = TABLE.find(tag);
        if (at >= 0) {
            return TABLE.keywords[at];
        }
        return TABLE.repeating.stream()
                .filter(r -> (tag & r.mask) == r.value)
                .map(Repeating::keyword)
                .findFirst()
                .orElse("");
    }

    /** The tag of a keyword. */
    public static OptionalInt tagOf(String keyword) {
        Integer tag = TABLE.byKeyword.get(keyword);
        return tag == null ? OptionalInt.empty() : OptionalInt.of(tag);
    }

    /** {@code (0010,0020) PatientID}: for error messages. */
    public static String describe(int tag) {
        String keyword = keyword(tag);
        String number = String.format("(%04x,%04x)", tag >>> 16, tag & 0xffff);
        return keyword.isEmpty() ? number : number + " " + keyword;
    }

    /** The name of PS3.6 annex A, or the UID itself. */
    public static String uidName(String uid) {
        return UID_NAMES.getOrDefault(uid, uid);
    }

    private static Elements load() {
        List<String[]> rows = rows("elements.txt");
        int fixed = (int) rows.stream().filter(r -> r[0].indexOf('x') < 0).count();
        int[] tags = new int[fixed];
        VR[] vrs = new VR[fixed];
        String[] keywords = new String[fixed];
        Map<String, Integer> byKeyword = new HashMap<>(2 * fixed);
        List<Repeating> repeating = new ArrayList<>();
        int n = 0;
        for (String[] row : rows) {
            VR vr = VR.valueOf(row[1]);
            if (row[0].indexOf('x') >= 0) {
                int mask =
                        Integer.parseUnsignedInt(row[0].replaceAll("[^x]", "f").replace('x', '0'), 16);
                int value = Integer.parseUnsignedInt(row[0].replace('x', '0'), 16);
                repeating.add(new Repeating(mask, value, vr, row[3]));
            } else {
                tags[n] = Integer.parseUnsignedInt(row[0], 16);
                vrs[n] = vr;
                keywords[n] = row[3];
                byKeyword.put(row[3], tags[n]);
                n++;
            }
        }
        return new Elements(tags, vrs, keywords, byKeyword, List.copyOf(repeating));
    }

    private static Map<String, String> loadUids() {
        Map<String, String> names = new HashMap<>();
        rows("uids.txt").forEach(row -> names.put(row[0], row[1]));
        return names;
    }

    private static List<String[]> rows(String resource) {
        try (InputStream in = Dictionary.class.getResourceAsStream(resource);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().map(line -> line.split(";", -1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the dictionary is part of this module", e);
        }
    }
}
