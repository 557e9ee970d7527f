package io.tomogrid.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The index row of a record as one flat JSON object of strings, keys in order, UTF-8. */
final class Meta {
    static final int MAX_BYTES = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private Meta() {}

    /** @throws IllegalArgumentException if it is longer than a row may be */
    static byte[] encode(Map<String, String> row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : new TreeMap<>(row).entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        } catch (IOException notInMemory) {
            throw new IllegalStateException(notInMemory);
        }
        if (bytes.size() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "index row of a record: expected at most " + MAX_BYTES + " bytes, got " + bytes.size());
        }
        return bytes.toByteArray();
    }

    static Map<String, String> decode(byte[] bytes) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                expect(json.nextToken(), JsonToken.VALUE_STRING);
                row.put(key, json.getText());
            }
            expect(json.currentToken(), JsonToken.END_OBJECT);
        }
        return row;
    }

    private static void expect(JsonToken found, JsonToken wanted) throws IOException {
        if (found != wanted) {
            throw new IOException("index row of a record: expected " + wanted + ", got " + found);
        }
    }
}
