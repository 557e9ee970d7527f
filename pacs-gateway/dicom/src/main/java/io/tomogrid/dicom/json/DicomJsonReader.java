package io.tomogrid.dicom.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the DICOM JSON Model, PS3.18 F.2. Text becomes UTF-8 (Specific Character Set ISO_IR 192) if it goes beyond ASCII
 * or the document names a character set. File Meta Information and group lengths are passed over.
 */
public final class DicomJsonReader {
    /** Depth of sequences, number of elements and values, bytes of the document. */
    public static final ReadLimits LIMITS = new ReadLimits(64, 4_000_000, 256L << 20);

    private static final Pattern TAG = Pattern.compile("[0-9A-Fa-f]{8}");
    private static final int META = 0x0002;
    private static final int DELIMITERS = 0xfffe;
    private static final int DS_MAX = 16;
    /** JSON nests object, attribute, array for each sequence. */
    private static final int JSON_DEPTH_PER_SEQUENCE = 3;

    private final JsonParser json;
    private final ReadLimits limits;
    private final BulkDataSource bulk;
    private int elements;
    private boolean beyondAscii;

    private DicomJsonReader(InputStream in, ReadLimits limits, BulkDataSource bulk) throws IOException {
        this.limits = limits;
        this.bulk = bulk;
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(JSON_DEPTH_PER_SEQUENCE * (limits.maxDepth() + 2))
                        .maxStringLength((int) Math.min(limits.maxBytes(), Integer.MAX_VALUE))
                        .maxDocumentLength(limits.maxBytes())
                        .build())
                .build()
                .createParser(in);
    }

    /** What an element's object holds before its VR is known. */
    private record Raw(VR vr, List<Object> values, String inlineBinary, String bulkDataUri) {}

    /** A name of component groups, PS3.18 F.2.2. */
    private record PersonName(Map<String, String> groups) {
        String value() {
            String name = groups.getOrDefault("Alphabetic", "")
                    + '='
                    + groups.getOrDefault("Ideographic", "")
                    + '='
                    + groups.getOrDefault("Phonetic", "");
            return name.replaceFirst("=+$", "");
        }
    }

    /**
     * One data set without references to bulk data, within {@link #LIMITS}.
     *
     * @throws DicomFormatException if the document is not a data set, or is larger or deeper than the limits
     */
    public static Dataset read(InputStream in) throws IOException {
        return read(in, LIMITS, BulkDataSource.NONE);
    }

    /**
     * One data set.
     *
     * @throws DicomFormatException if the document is not a data set, or is larger or deeper than the limits
     */
    public static Dataset read(InputStream in, ReadLimits limits, BulkDataSource bulk) throws IOException {
        return parse(in, limits, bulk, reader -> {
            reader.expect(reader.json.nextToken(), JsonToken.START_OBJECT, "a data set");
            return reader.top();
        });
    }

    /** An array of data sets. @throws DicomFormatException as {@link #read} */
    public static List<Dataset> readArray(InputStream in, ReadLimits limits, BulkDataSource bulk) throws IOException {
        return parse(in, limits, bulk, reader -> {
            List<Dataset> all = new ArrayList<>();
            reader.expect(reader.json.nextToken(), JsonToken.START_ARRAY, "an array of data sets");
            while (reader.json.nextToken() != JsonToken.END_ARRAY) {
                reader.expect(reader.json.currentToken(), JsonToken.START_OBJECT, "a data set");
                all.add(reader.top());
            }
            return all;
        });
    }

    private interface Body<T> {
        T read(DicomJsonReader reader) throws IOException;
    }

    private static <T> T parse(InputStream in, ReadLimits limits, BulkDataSource bulk, Body<T> body)
            throws IOException {
        try {
            DicomJsonReader reader = new DicomJsonReader(in, limits, bulk);
            T result = body.read(reader);
            if (reader.json.nextToken() != null) {
                throw new DicomFormatException("DICOM JSON: something follows the end of the document");
            }
            return result;
        } catch (JsonProcessingException malformed) {
            // its own message quotes the document, which holds patient data
            var at = malformed.getLocation();
            throw new DicomFormatException("not JSON, or larger or deeper than allowed"
                    + (at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr()));
        } catch (CharConversionException malformed) {
            throw new DicomFormatException("not JSON in UTF-8");
        }
    }

    private Dataset top() throws IOException {
        beyondAscii = false;
        Dataset dataset = new Dataset();
        elements(dataset, json.nextToken(), "", 0);
        settleCharacterSet(dataset);
        return dataset;
    }

    private void settleCharacterSet(Dataset dataset) {
        if (beyondAscii || dataset.string(Tag.SpecificCharacterSet).isPresent()) {
            dataset.put(Tag.SpecificCharacterSet, "ISO_IR 192");
        }
    }

    /** @param token the first one after the object's start, or the name of its first field */
    private void elements(Dataset dataset, JsonToken token, String path, int depth) throws IOException {
        if (depth > limits.maxDepth()) {
            throw new DicomFormatException("DICOM JSON " + path + ": sequences nest deeper than " + limits.maxDepth());
        }
        for (JsonToken t = token; t != JsonToken.END_OBJECT; t = json.nextToken()) {
            expect(t, JsonToken.FIELD_NAME, "a tag");
            String name = json.currentName();
            if (!TAG.matcher(name).matches()) {
                throw new DicomFormatException(
                        "DICOM JSON " + path + ": expected tags of eight hexadecimal digits as names of elements");
            }
            count();
            String here = path + '/' + name;
            expect(json.nextToken(), JsonToken.START_OBJECT, here);
            int tag = Integer.parseUnsignedInt(name, 16);
            int group = tag >>> 16;
            if (group == 0 || group == DELIMITERS) {
                throw new DicomFormatException("DICOM JSON " + here + ": no data set holds elements of this group");
            }
            Raw raw = raw(tag, here, depth);
            if (group != META && (tag & 0xffff) != 0) {
                dataset.put(element(tag, raw, here));
            }
        }
    }

    private void count() throws DicomFormatException {
        if (++elements > limits.maxElements()) {
            throw new DicomFormatException("DICOM JSON: more than " + limits.maxElements() + " elements and values");
        }
    }

    private Raw raw(int tag, String path, int depth) throws IOException {
        VR vr = Dictionary.vr(tag);
        List<Object> values = List.of();
        String inline = null;
        String uri = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken token = json.nextToken();
            switch (name) {
                case "vr" -> vr = vr(token, path);
                case "Value" -> values = values(token, path, depth);
                case "InlineBinary" -> {
                    expect(token, JsonToken.VALUE_STRING, path);
                    inline = json.getText();
                }
                case "BulkDataURI" -> {
                    expect(token, JsonToken.VALUE_STRING, path);
                    uri = json.getText();
                }
                default -> json.skipChildren();
            }
        }
        return new Raw(vr, values, inline, uri);
    }

    private VR vr(JsonToken token, String path) throws IOException {
        expect(token, JsonToken.VALUE_STRING, path);
        try {
            return VR.valueOf(json.getText());
        } catch (IllegalArgumentException unknown) {
            throw new DicomFormatException("DICOM JSON " + path + ": no such VR");
        }
    }

    private List<Object> values(JsonToken start, String path, int depth) throws IOException {
        expect(start, JsonToken.START_ARRAY, path);
        List<Object> values = new ArrayList<>();
        for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
            count();
            switch (t) {
                case VALUE_NULL -> values.add("");
                case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> values.add(json.getText());
                case START_OBJECT -> values.add(object(path, depth));
                default ->
                    throw new DicomFormatException(
                            "DICOM JSON " + path + ": expected strings, numbers, null or objects as values");
            }
        }
        return values;
    }

    /** An item or a name: told apart by what their fields are called. */
    private Object object(String path, int depth) throws IOException {
        JsonToken first = json.nextToken();
        if (first == JsonToken.FIELD_NAME && !TAG.matcher(json.currentName()).matches()) {
            Map<String, String> groups = new TreeMap<>();
            for (JsonToken t = first; t != JsonToken.END_OBJECT; t = json.nextToken()) {
                String group = json.currentName();
                expect(json.nextToken(), JsonToken.VALUE_STRING, path);
                groups.put(group, json.getText());
            }
            return new PersonName(groups);
        }
        Dataset item = new Dataset();
        boolean outside = beyondAscii;
        beyondAscii = false;
        elements(item, first, path, depth + 1);
        if (item.contains(Tag.SpecificCharacterSet)) { // otherwise it inherits that of what it lies in
            settleCharacterSet(item);
            beyondAscii = false;
        }
        beyondAscii |= outside;
        return item;
    }

    private Element element(int tag, Raw raw, String path) throws IOException {
        if (raw.bulkDataUri() != null) {
            return bulk.fetch(tag, raw.vr(), raw.bulkDataUri());
        }
        try {
            if (raw.vr() == VR.SQ) {
                return new Element.Items(tag, items(raw.values()));
            }
            return new Element.Value(tag, raw.vr(), bytes(raw));
        } catch (IllegalArgumentException misfit) {
            throw new DicomFormatException("DICOM JSON " + path + ", VR " + raw.vr() + ": " + reason(misfit));
        }
    }

    /** Messages of number parsers quote the value, which may be patient data. */
    private static String reason(IllegalArgumentException misfit) {
        return misfit instanceof NumberFormatException ? "expected numbers" : misfit.getMessage();
    }

    private static List<Dataset> items(List<Object> values) {
        List<Dataset> items = new ArrayList<>();
        for (Object value : values) {
            if (value instanceof Dataset item) {
                items.add(item);
            } else if ("".equals(value)) {
                items.add(new Dataset());
            } else {
                throw new IllegalArgumentException("expected data sets as items");
            }
        }
        return items;
    }

    private byte[] bytes(Raw raw) {
        VR vr = raw.vr();
        if (raw.inlineBinary() != null) {
            return Base64.getDecoder().decode(raw.inlineBinary());
        }
        if (vr.kind() == VR.Kind.BYTES) {
            if (!raw.values().isEmpty()) {
                throw new IllegalArgumentException("expected InlineBinary or BulkDataURI");
            }
            return new byte[0];
        }
        List<String> values = strings(raw);
        return vr.kind() == VR.Kind.BINARY ? Binary.encode(vr, values) : text(vr, values);
    }

    private static List<String> strings(Raw raw) {
        List<String> strings = new ArrayList<>();
        for (Object value : raw.values()) {
            if (value instanceof PersonName name) {
                strings.add(name.value());
            } else if (value instanceof String string) {
                strings.add(string);
            } else if (raw.vr() == VR.PN && value instanceof Dataset nameless && nameless.isEmpty()) {
                strings.add("");
            } else {
                throw new IllegalArgumentException("expected no data sets as values");
            }
        }
        return strings;
    }

    private byte[] text(VR vr, List<String> values) {
        boolean single = vr == VR.ST || vr == VR.LT || vr == VR.UT || vr == VR.UR;
        for (String value : values) {
            if (!single && value.indexOf('\\') >= 0) {
                throw new IllegalArgumentException("a value must not hold a backslash");
            }
        }
        if (single && values.size() > 1) {
            throw new IllegalArgumentException("expected one value, got " + values.size());
        }
        String text = vr == VR.DS
                ? values.stream().map(DicomJsonReader::decimal).collect(Collectors.joining("\\"))
                : String.join("\\", values);
        beyondAscii |= text.chars().anyMatch(c -> c > 127);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] padded = java.util.Arrays.copyOf(bytes, bytes.length + (bytes.length & 1));
        if (padded.length > bytes.length) {
            padded[bytes.length] = (byte) (vr == VR.UI ? 0 : ' ');
        }
        return padded;
    }

    /** JSON numbers may be longer than a DS. */
    private static String decimal(String value) {
        return value.length() <= DS_MAX
                ? value
                : new Dataset()
                        .put(Tag.SliceThickness, Double.parseDouble(value))
                        .string(Tag.SliceThickness)
                        .orElseThrow();
    }

    private void expect(JsonToken got, JsonToken expected, String what) throws DicomFormatException {
        if (got != expected) {
            throw new DicomFormatException("DICOM JSON " + what + ": expected " + expected + ", got "
                    + (got == null ? "the end of the document" : got));
        }
    }
}
