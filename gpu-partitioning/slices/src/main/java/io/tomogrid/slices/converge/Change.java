package io.tomogrid.slices.converge;

import io.tomogrid.slices.SliceKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is done to one GPU; all else on it is left alone.
 *
 * @param gpu its index
 * @param gpuUuid which card it was meant for, since indices move when one is taken out
 * @param destroy what stands and goes
 * @param create what does not stand, or is half made, and shall
 */
record Change(int gpu, String gpuUuid, List<SliceKey> destroy, List<SliceKey> create) {
    private static final int VERSION = 1;

    Change {
        destroy = List.copyOf(destroy);
        create = List.copyOf(create);
    }

    boolean isEmpty() {
        return destroy.isEmpty() && create.isEmpty();
    }

    /** What takes it back. */
    Change reversed() {
        return new Change(gpu, gpuUuid, create, destroy);
    }

    Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        map.put("gpu", gpu);
        map.put("gpu-uuid", gpuUuid);
        map.put("destroy", destroy.stream().map(SliceKey::toString).toList());
        map.put("create", create.stream().map(SliceKey::toString).toList());
        return map;
    }

    /** @throws IllegalArgumentException if it was written by another version, or is malformed */
    static Change fromMap(Map<String, Object> map) {
        if (!(map.get("format-version") instanceof Integer version) || version != VERSION) {
            throw new IllegalArgumentException(
                    "format-version: expected " + VERSION + ", got " + map.get("format-version"));
        }
        if (!(map.get("gpu") instanceof Integer gpu) || !(map.get("gpu-uuid") instanceof String uuid)) {
            throw new IllegalArgumentException("gpu and gpu-uuid are missing");
        }
        return new Change(gpu, uuid, keys(map, "destroy"), keys(map, "create"));
    }

    private static List<SliceKey> keys(Map<String, Object> map, String name) {
        if (map.get(name) instanceof List<?> list) {
            return list.stream().map(key -> SliceKey.parse(String.valueOf(key))).toList();
        }
        throw new IllegalArgumentException(name + " is missing");
    }

    @Override
    public String toString() {
        return "destroy " + destroy + ", create " + create;
    }
}
