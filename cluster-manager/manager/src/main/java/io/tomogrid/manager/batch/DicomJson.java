package io.tomogrid.manager.batch;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** As much of the DICOM JSON model (PS3.18 annex F) as a work item takes: a data set is a map from tag to value. */
final class DicomJson {
    private DicomJson() {}

    /** @throws IllegalArgumentException unless it is one data set, by itself or in a list */
    static Map<String, Object> parse(String json) {
        try {
            Object any = JSON.std.anyFrom(json);
            return dataset(any instanceof List<?> list && list.size() == 1 ? list.get(0) : any);
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: expected a work item as application/dicom+json", e);
        }
    }

    static String list(List<Map<String, Object>> datasets) {
        try {
            return JSON.std.asString(datasets);
        } catch (IOException e) {
            throw new IllegalArgumentException("not representable as JSON", e);
        }
    }

    /** The first value, empty if there is none. */
    static String text(Map<String, Object> dataset, String tag) {
        List<Object> values = values(dataset, tag);
        return values.isEmpty() || values.get(0) == null
                ? ""
                : values.get(0).toString().strip();
    }

    static List<Map<String, Object>> items(Map<String, Object> dataset, String tag) {
        List<Map<String, Object>> items = new ArrayList<>();
        values(dataset, tag).forEach(item -> items.add(dataset(item)));
        return items;
    }

    /** An element; one without values has no Value. */
    static Map<String, Object> value(String vr, Object... values) {
        return values.length == 0 ? Map.of("vr", vr) : Map.of("vr", vr, "Value", List.of(values));
    }

    @SuppressWarnings("unchecked")
    private static List<Object> values(Map<String, Object> dataset, String tag) {
        return dataset.get(tag) instanceof Map<?, ?> element && element.get("Value") instanceof List<?> values
                ? (List<Object>) values
                : List.of();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> dataset(Object any) {
        if (any instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("expected one data set as application/dicom+json");
    }
}
