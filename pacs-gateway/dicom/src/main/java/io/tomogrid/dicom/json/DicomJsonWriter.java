package io.tomogrid.dicom.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes data sets in the DICOM JSON Model, PS3.18 F.2, as UTF-8. Group lengths and File Meta Information are left out;
 * Specific Character Set, where there is one, becomes ISO_IR 192. DS and IS are JSON numbers where they are numbers and
 * strings where they are not; NaN and infinities, which JSON does not have, are strings.
 */
public final class DicomJsonWriter implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,18}");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String[] PERSON_NAME = {"Alphabetic", "Ideographic", "Phonetic"};

    private final JsonGenerator json;
    private final BulkDataUris bulk;

    private DicomJsonWriter(OutputStream out, BulkDataUris bulk) throws IOException {
        this.json = JSON.createGenerator(out);
        this.json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        this.bulk = bulk;
    }

    /** Begins an array of data sets; {@link #close} ends it and leaves the stream open. */
    public static DicomJsonWriter array(OutputStream out, BulkDataUris bulk) throws IOException {
        DicomJsonWriter writer = new DicomJsonWriter(out, bulk);
        writer.json.writeStartArray();
        return writer;
    }

    /** Adds a data set to the array. @throws IllegalArgumentException if encapsulated pixel data has no URI */
    public DicomJsonWriter add(Dataset dataset) throws IOException {
        dataset(dataset, "", dataset.get(Tag.SpecificCharacterSet));
        return this;
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    /** One data set as one object. @throws IllegalArgumentException if encapsulated pixel data has no URI */
    public static void write(OutputStream out, Dataset dataset, BulkDataUris bulk) throws IOException {
        try (DicomJsonWriter writer = new DicomJsonWriter(out, bulk)) {
            writer.add(dataset);
        }
    }

    /** One data set as one object, everything inline. */
    public static String toJson(Dataset dataset) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(out, dataset, BulkDataUris.INLINE);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written to it", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** @param charset Specific Character Set element that items without one of their own inherit, PS3.3 C.12.1.1.2 */
    private void dataset(Dataset dataset, String path, Optional<Element> charset) throws IOException {
        json.writeStartObject();
        for (Element element : dataset) {
            boolean groupLength = (element.tag() & 0xffff) == 0;
            if (groupLength || element.tag() >>> 16 == 2) {
                continue;
            }
            String tag = hex(element.tag());
            json.writeObjectFieldStart(tag);
            json.writeStringField("vr", element.vr().name());
            value(element, path + tag, charset);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void value(Element element, String path, Optional<Element> charset) throws IOException {
        if (element instanceof Element.Items items) {
            items(items, path, charset);
            return;
        }
        if (element instanceof Element.Value empty && empty.value().length == 0) {
            return;
        }
        Optional<String> uri = mayBeBulk(element) ? bulk.uri(path, element) : Optional.empty();
        if (uri.isPresent()) {
            json.writeStringField("BulkDataURI", uri.get());
        } else if (element instanceof Element.Value value) {
            inline(value, charset);
        } else {
            throw new IllegalArgumentException(
                    Dictionary.describe(element.tag()) + ": encapsulated pixel data needs a bulk data URI");
        }
    }

    private static boolean mayBeBulk(Element element) {
        VR vr = element.vr();
        return vr.kind() == VR.Kind.BYTES || vr == VR.UC || vr == VR.UR || vr == VR.UT;
    }

    private void items(Element.Items sequence, String path, Optional<Element> charset) throws IOException {
        if (sequence.items().isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("Value");
        int number = 0;
        for (Dataset item : sequence.items()) {
            number++;
            dataset(
                    item,
                    path + '/' + number + '/',
                    item.get(Tag.SpecificCharacterSet).or(() -> charset));
        }
        json.writeEndArray();
    }

    private void inline(Element.Value element, Optional<Element> charset) throws IOException {
        VR.Kind kind = element.vr().kind();
        if (kind == VR.Kind.BYTES) {
            json.writeStringField("InlineBinary", Base64.getEncoder().encodeToString(even(element.value())));
        } else if (kind == VR.Kind.BINARY) {
            if (element.value().length >= Binary.width(element.vr())) {
                json.writeArrayFieldStart("Value");
                numbers(element);
                json.writeEndArray();
            }
        } else if (element.tag() == Tag.SpecificCharacterSet) {
            json.writeArrayFieldStart("Value");
            json.writeString("ISO_IR 192");
            json.writeEndArray();
        } else {
            List<String> values = text(element, charset);
            if (!(values.size() == 1 && values.get(0).isEmpty())) {
                texts(element.vr(), values);
            }
        }
    }

    /** Binary values have an even length in DICOM, whoever wrote them. */
    private static byte[] even(byte[] value) {
        return (value.length & 1) == 0 ? value : java.util.Arrays.copyOf(value, value.length + 1);
    }

    private static List<String> text(Element.Value element, Optional<Element> charset) {
        Dataset alone = new Dataset().put(element);
        if (element.vr().kind() == VR.Kind.SPECIFIC_TEXT) {
            charset.ifPresent(alone::put);
        }
        return alone.strings(element.tag());
    }

    private void texts(VR vr, List<String> values) throws IOException {
        json.writeArrayFieldStart("Value");
        for (String value : values) {
            if (value.isEmpty()) {
                json.writeNull();
            } else if (vr == VR.PN) {
                personName(value);
            } else if (vr == VR.DS && isPlain(value)) {
                json.writeNumber(value);
            } else if (vr == VR.DS && DECIMAL.matcher(value).matches()) {
                json.writeNumber(new BigDecimal(value));
            } else if (vr == VR.IS && INTEGER.matcher(value).matches()) {
                json.writeNumber(Long.parseLong(value));
            } else {
                json.writeString(value);
            }
        }
        json.writeEndArray();
    }

    /** Whether a decimal string is a JSON number as it stands: digits with a point between, and perhaps a minus. */
    private static boolean isPlain(String value) {
        int start = value.startsWith("-") ? 1 : 0;
        int point = value.indexOf('.');
        int whole = point < 0 ? value.length() : point;
        if (whole == start || (value.charAt(start) == '0' && whole > start + 1) || point == value.length() - 1) {
            return false;
        }
        for (int i = start; i < value.length(); i++) {
            if (i != point && (value.charAt(i) < '0' || value.charAt(i) > '9')) {
                return false;
            }
        }
        return true;
    }

    private void personName(String value) throws IOException {
        String[] groups = value.split("=", -1);
        json.writeStartObject();
        for (int g = 0; g < Math.min(groups.length, PERSON_NAME.length); g++) {
            String group = groups[g].stripTrailing();
            if (!group.isEmpty()) {
                json.writeStringField(PERSON_NAME[g], group);
            }
        }
        json.writeEndObject();
    }

    private void numbers(Element.Value element) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(element.value()).order(ByteOrder.LITTLE_ENDIAN);
        int width = Binary.width(element.vr());
        while (in.remaining() >= width) {
            switch (element.vr()) {
                case US -> json.writeNumber(in.getShort() & 0xffff);
                case SS -> json.writeNumber(in.getShort());
                case UL -> json.writeNumber(in.getInt() & 0xffffffffL);
                case SL -> json.writeNumber(in.getInt());
                case AT -> json.writeString(hex(((in.getShort() & 0xffff) << 16) | (in.getShort() & 0xffff)));
                case FL -> real(in.getFloat());
                case FD -> real(in.getDouble());
                case SV -> json.writeNumber(in.getLong());
                default -> json.writeNumber(new BigDecimal(Long.toUnsignedString(in.getLong())));
            }
        }
    }

    private void real(float value) throws IOException {
        if (Float.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Float.toString(value));
        }
    }

    private void real(double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Double.toString(value));
        }
    }

    private static String hex(int tag) {
        return HEX.toHexDigits(tag);
    }
}
