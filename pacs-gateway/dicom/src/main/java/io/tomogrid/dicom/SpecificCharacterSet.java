package io.tomogrid.dicom;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Text in value fields, PS3.5 section 6.1 and PS3.3 C.12.1.1.2. Decoding is tolerant: bytes that are not of the stated
 * character set become U+FFFD. Encoding is strict.
 */
final class SpecificCharacterSet {
    /** Charset by defined term; ISO 2022 terms without extension elements are the same sets as their ISO_IR twins. */
    private static final Map<String, Charset> SETS = Map.ofEntries(
            Map.entry("", StandardCharsets.US_ASCII),
            Map.entry("6", StandardCharsets.US_ASCII),
            Map.entry("13", Charset.forName("JIS_X0201")),
            Map.entry("100", StandardCharsets.ISO_8859_1),
            Map.entry("101", Charset.forName("ISO-8859-2")),
            Map.entry("109", Charset.forName("ISO-8859-3")),
            Map.entry("110", Charset.forName("ISO-8859-4")),
            Map.entry("126", Charset.forName("ISO-8859-7")),
            Map.entry("127", Charset.forName("ISO-8859-6")),
            Map.entry("138", Charset.forName("ISO-8859-8")),
            Map.entry("144", Charset.forName("ISO-8859-5")),
            Map.entry("148", Charset.forName("ISO-8859-9")),
            Map.entry("166", Charset.forName("TIS-620")),
            Map.entry("203", Charset.forName("ISO-8859-15")),
            Map.entry("149", Charset.forName("EUC-KR")),
            Map.entry("58", Charset.forName("GB2312")),
            Map.entry("87", Charset.forName("EUC-JP")),
            Map.entry("159", Charset.forName("EUC-JP")),
            Map.entry("192", StandardCharsets.UTF_8),
            Map.entry("GB18030", Charset.forName("GB18030")),
            Map.entry("GBK", Charset.forName("GBK")));

    private static final SpecificCharacterSet DEFAULT = new SpecificCharacterSet(List.of(""));

    /** What follows ESC, the charset it leads to, and how its bytes must be lifted for that charset. */
    private enum Escape {
        ASCII("(B", "", Lift.NONE),
        ROMAJI("(J", "13", Lift.NONE),
        KATAKANA(")I", "13", Lift.NONE),
        LATIN1("-A", "100", Lift.NONE),
        LATIN2("-B", "101", Lift.NONE),
        LATIN3("-C", "109", Lift.NONE),
        LATIN4("-D", "110", Lift.NONE),
        CYRILLIC("-L", "144", Lift.NONE),
        ARABIC("-G", "127", Lift.NONE),
        GREEK("-F", "126", Lift.NONE),
        HEBREW("-H", "138", Lift.NONE),
        LATIN5("-M", "148", Lift.NONE),
        THAI("-T", "166", Lift.NONE),
        LATIN9("-b", "203", Lift.NONE),
        KANJI("$B", "87", Lift.HIGH_BIT),
        KANJI_1978("$@", "87", Lift.HIGH_BIT),
        SUPPLEMENTARY_KANJI("$(D", "159", Lift.HIGH_BIT_WITH_8F),
        KOREAN("$)C", "149", Lift.NONE),
        CHINESE("$)A", "58", Lift.NONE);

        private final byte[] sequence;
        private final Charset charset;
        private final Lift lift;

        Escape(String sequence, String set, Lift lift) {
            this.sequence = sequence.getBytes(StandardCharsets.US_ASCII);
            this.charset = SETS.get(set);
            this.lift = lift;
        }
    }

    /** JIS X 0208 and 0212 stand in G0 with seven bits; Java's EUC-JP wants them in G1. */
    private enum Lift {
        NONE,
        HIGH_BIT,
        HIGH_BIT_WITH_8F
    }

    private final Charset first;
    private final boolean extensions;

    private SpecificCharacterSet(List<String> terms) {
        this.first = charset(terms.get(0)).orElse(StandardCharsets.US_ASCII);
        this.extensions = terms.size() > 1;
    }

    /** The one that (0008,0005) of the data set names; ASCII when it names none. */
    static SpecificCharacterSet of(Dataset dataset) {
        Optional<byte[]> value = dataset.bytes(Tag.SpecificCharacterSet);
        if (value.isEmpty() || value.get().length == 0) {
            return DEFAULT;
        }
        return new SpecificCharacterSet(
                Arrays.stream(new String(value.get(), StandardCharsets.US_ASCII).split("\\\\", -1))
                        .map(SpecificCharacterSet::strip)
                        .toList());
    }

    private static Optional<Charset> charset(String term) {
        String name = term.replace("ISO_IR ", "")
                .replace("ISO 2022 IR ", "")
                .replace("ISO 2022 ", "")
                .strip();
        return Optional.ofNullable(SETS.get(name));
    }

    /** The values of a textual element, without padding; backslash does not separate values in ST, LT, UT and UR. */
    List<String> decode(VR vr, byte[] value) {
        String text =
                vr.kind() == VR.Kind.SPECIFIC_TEXT ? decode(value) : new String(value, StandardCharsets.ISO_8859_1);
        if (vr == VR.ST || vr == VR.LT || vr == VR.UT || vr == VR.UR) {
            return List.of(stripEnd(text));
        }
        List<String> values = new ArrayList<>();
        for (String part : text.split("\\\\", -1)) {
            values.add(vr == VR.PN ? stripEnd(part) : strip(part));
        }
        return values;
    }

    /** @throws IllegalArgumentException if a value holds a character that the set does not, or a backslash */
    byte[] encode(VR vr, String... values) {
        boolean single = vr == VR.ST || vr == VR.LT || vr == VR.UT || vr == VR.UR;
        for (String value : values) {
            if (!single && value.indexOf('\\') >= 0) {
                throw new IllegalArgumentException("a value of VR " + vr + " must not hold a backslash");
            }
        }
        Charset charset = vr.kind() == VR.Kind.SPECIFIC_TEXT ? first : StandardCharsets.US_ASCII;
        try {
            ByteBuffer bytes = charset.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(String.join("\\", values)));
            byte[] padded = new byte[bytes.remaining() + (bytes.remaining() & 1)];
            int length = bytes.remaining();
            bytes.get(padded, 0, length);
            if (length < padded.length) {
                padded[length] = (byte) (vr == VR.UI ? 0 : ' ');
            }
            return padded;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "a value of VR " + vr + " cannot be written in the data set's character set", e);
        }
    }

    private String decode(byte[] value) {
        if (!extensions) {
            return new String(value, first);
        }
        StringBuilder text = new StringBuilder(value.length);
        Charset charset = first;
        Lift lift = Lift.NONE;
        int from = 0;
        for (int i = 0; i < value.length; i++) {
            boolean reset = lift == Lift.NONE && isDelimiter(value[i]);
            if (value[i] == 0x1b) {
                append(text, value, from, i, charset, lift);
                Escape escape = escape(value, i + 1);
                if (escape == null) {
                    from = i;
                    continue;
                }
                // ASCII in G0 leaves what stands in G1, which the charsets used here hold side by side
                charset = escape == Escape.ASCII ? first : escape.charset;
                lift = escape.lift;
                i += escape.sequence.length;
                from = i + 1;
            } else if (reset && charset != first) {
                // PS3.5 6.1.2.5.3: a delimiter returns to the first set
                append(text, value, from, i, charset, lift);
                charset = first;
                from = i;
            }
        }
        append(text, value, from, value.length, charset, lift);
        return text.toString();
    }

    private static boolean isDelimiter(byte b) {
        return b == '\\' || b == '^' || b == '=' || b == '\r' || b == '\n' || b == '\f';
    }

    private static Escape escape(byte[] value, int at) {
        for (Escape escape : Escape.values()) {
            int end = at + escape.sequence.length;
            if (end <= value.length && Arrays.equals(value, at, end, escape.sequence, 0, escape.sequence.length)) {
                return escape;
            }
        }
        return null;
    }

    private static void append(StringBuilder text, byte[] value, int from, int to, Charset charset, Lift lift) {
        if (lift == Lift.NONE) {
            text.append(new String(value, from, to - from, charset));
            return;
        }
        ByteBuffer lifted = ByteBuffer.allocate(2 * (to - from));
        boolean lead = true;
        for (int i = from; i < to; i++) {
            boolean graphic = value[i] > 0x20;
            if (graphic && lead && lift == Lift.HIGH_BIT_WITH_8F) {
                lifted.put((byte) 0x8f);
            }
            lifted.put(graphic ? (byte) (value[i] | 0x80) : value[i]);
            lead = !graphic || !lead;
        }
        text.append(new String(lifted.array(), 0, lifted.position(), charset));
    }

    /** Without the padding that DICOM allows at both ends. */
    static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isPadding(text.charAt(from))) {
            from++;
        }
        while (to > from && isPadding(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static String stripEnd(String text) {
        int to = text.length();
        while (to > 0 && isPadding(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(0, to);
    }

    private static boolean isPadding(char c) {
        return c == ' ' || c == 0;
    }
}
