package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A slice that exists.
 *
 * @param key its name
 * @param deviceUuid what CUDA_VISIBLE_DEVICES takes; empty while the slice is half made and cannot be used
 * @param locked whether a process works on it, it was divided by somebody else or is faulty, so that it must be left alone
 * @param fault why its work cannot be trusted, in one sentence; empty when it is well
 */
public record Slice(SliceKey key, String deviceUuid, boolean locked, String fault) {
    /** One that is well. */
    public Slice(SliceKey key, String deviceUuid, boolean locked) {
        this(key, deviceUuid, locked, "");
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("slice", key.toString());
        map.put("device-uuid", deviceUuid);
        map.put("locked", locked);
        map.put("fault", fault);
        return map;
    }

    static Slice fromMap(Object json) {
        Fields fields = Fields.of("slice", json);
        return new Slice(
                SliceKey.parse(fields.text("slice")),
                fields.text("device-uuid"),
                fields.flag("locked"),
                fields.textOr("fault", ""));
    }
}
