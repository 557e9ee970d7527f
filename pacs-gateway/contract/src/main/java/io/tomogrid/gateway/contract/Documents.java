package io.tomogrid.gateway.contract;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The JSON form of this package's documents: explicit keys, unknown keys ignored, missing ones named in the error. */
public final class Documents {
    private static final int VERSION = 1;

    private Documents() {}

    public static Map<String, Object> toMap(StudyComplete study) {
        var map = versioned();
        map.put("sequence", study.sequence());
        map.put("study-uid", study.studyUid());
        map.put("revision", study.revision());
        map.put("completeness", study.completeness().name());
        map.put("series", study.series().stream().map(Documents::toMap).toList());
        map.put("calling-aes", study.callingAes());
        return map;
    }

    public static StudyComplete studyComplete(Map<String, Object> map) {
        checkVersion(map);
        return new StudyComplete(
                number(map, "sequence"),
                text(map, "study-uid"),
                (int) number(map, "revision"),
                StudyComplete.Completeness.valueOf(text(map, "completeness")),
                list(map, "series", Documents::seriesRef),
                textsOrNone(map, "calling-aes"));
    }

    public static Map<String, Object> toMap(ResultManifest manifest) {
        var map = versioned();
        map.put("job-id", manifest.jobId());
        map.put("study-uid", manifest.studyUid());
        map.put("revision", manifest.revision());
        map.put("lease-epoch", manifest.leaseEpoch());
        map.put("staging-root", manifest.stagingRoot());
        map.put("objects", manifest.objects().stream().map(Documents::toMap).toList());
        return map;
    }

    public static ResultManifest resultManifest(Map<String, Object> map) {
        checkVersion(map);
        return new ResultManifest(
                text(map, "job-id"),
                text(map, "study-uid"),
                (int) number(map, "revision"),
                number(map, "lease-epoch"),
                text(map, "staging-root"),
                list(map, "objects", Documents::resultObject));
    }

    /** One line of JSON. */
    public static String json(Map<String, Object> map) {
        try {
            return JSON.std.asString(map);
        } catch (IOException e) {
            throw new IllegalArgumentException("not representable as JSON", e);
        }
    }

    /** @throws IllegalArgumentException if the text is not a JSON object */
    public static Map<String, Object> parse(String json) {
        try {
            Map<String, Object> map = JSON.std.mapFrom(json);
            if (map == null) {
                throw new IllegalArgumentException("not a JSON object: null");
            }
            return map;
        } catch (IOException e) {
            throw new IllegalArgumentException("not a JSON object: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> toMap(SeriesRef series) {
        var map = new LinkedHashMap<String, Object>();
        map.put("series-uid", series.seriesUid());
        map.put("modality", series.modality());
        map.put("instances", series.instances().stream().map(Documents::toMap).toList());
        return map;
    }

    private static SeriesRef seriesRef(Map<String, Object> map) {
        return new SeriesRef(
                text(map, "series-uid"), text(map, "modality"), list(map, "instances", Documents::instanceRef));
    }

    private static Map<String, Object> toMap(InstanceRef instance) {
        var map = new LinkedHashMap<String, Object>();
        map.put("sop-class-uid", instance.sopClassUid());
        map.put("sop-instance-uid", instance.sopInstanceUid());
        map.put("transfer-syntax-uid", instance.transferSyntaxUid());
        map.put("segment", instance.segment());
        map.put("offset", instance.offset());
        map.put("length", instance.length());
        map.put("sha256", instance.sha256());
        return map;
    }

    private static InstanceRef instanceRef(Map<String, Object> map) {
        return new InstanceRef(
                text(map, "sop-class-uid"),
                text(map, "sop-instance-uid"),
                text(map, "transfer-syntax-uid"),
                text(map, "segment"),
                number(map, "offset"),
                number(map, "length"),
                text(map, "sha256"));
    }

    private static Map<String, Object> toMap(ResultObject object) {
        var map = new LinkedHashMap<String, Object>();
        map.put("kind", object.kind());
        map.put("sop-class-uid", object.sopClassUid());
        map.put("sop-instance-uid", object.sopInstanceUid());
        map.put("series-uid", object.seriesUid());
        map.put("file", object.file());
        map.put("bytes", object.bytes());
        map.put("sha256", object.sha256());
        return map;
    }

    private static ResultObject resultObject(Map<String, Object> map) {
        return new ResultObject(
                text(map, "kind"),
                text(map, "sop-class-uid"),
                text(map, "sop-instance-uid"),
                text(map, "series-uid"),
                text(map, "file"),
                number(map, "bytes"),
                text(map, "sha256"));
    }

    private static Map<String, Object> versioned() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        return map;
    }

    private static void checkVersion(Map<String, Object> map) {
        if (number(map, "format-version") != VERSION) {
            throw new IllegalArgumentException(
                    "format-version: expected " + VERSION + ", got " + map.get("format-version"));
        }
    }

    private static String text(Map<String, Object> map, String key) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(key + ": expected a string, got " + map.get(key));
    }

    /** Empty if the member is missing, as in documents from before there was one. */
    private static List<String> textsOrNone(Map<String, Object> map, String key) {
        Object found = map.getOrDefault(key, List.of());
        if (found instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException(key + ": expected a list of strings, got " + found);
    }

    private static long number(Map<String, Object> map, String key) {
        if (map.get(key) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException(key + ": expected a number, got " + map.get(key));
    }

    @SuppressWarnings("unchecked")
    private static <T> List<T> list(Map<String, Object> document, String key, Function<Map<String, Object>, T> of) {
        if (document.get(key) instanceof List<?> list) {
            return list.stream()
                    .map(item -> {
                        if (item instanceof Map<?, ?> map) {
                            return of.apply((Map<String, Object>) map);
                        }
                        throw new IllegalArgumentException(key + ": expected objects in the list, got " + item);
                    })
                    .toList();
        }
        throw new IllegalArgumentException(key + ": expected a list, got " + document.get(key));
    }
}
