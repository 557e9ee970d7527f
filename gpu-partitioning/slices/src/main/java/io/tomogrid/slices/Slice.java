package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A slice that exists.
 *
 * @param key its name
 * @param deviceUuid what CUDA_VISIBLE_DEVICES takes; empty while the slice is half made and cannot be used
 * @param locked whether a process works on it, or it was divided by somebody else, so that it must be left alone
 */
public record Slice(SliceKey key, String deviceUuid, boolean locked) {
    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("slice", key.toString());
        map.put("device-uuid", deviceUuid);
        map.put("locked", locked);
        return map;
    }

    static Slice fromMap(Object json) {
        Fields fields = Fields.of("slice", json);
        return new Slice(SliceKey.parse(fields.text("slice")), fields.text("device-uuid"), fields.flag("locked"));
    }
}
