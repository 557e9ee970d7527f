package io.tomogrid.slices;

import java.io.Serializable;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The right of one holder to one slice until {@code expiry}.
 *
 * @param key the slice
 * @param epoch grows with every lease of the manager; results made under an older epoch of the job are refused
 * @param holder the job's id
 * @param granted when the lease began
 * @param expiry when it ends unless renewed
 * @param deviceUuid what CUDA_VISIBLE_DEVICES takes, e.g. {@code MIG-…}
 * @param simulated whether the GPU behind it is simulated
 */
public record SliceLease(
        SliceKey key, long epoch, String holder, Instant granted, Instant expiry, String deviceUuid, boolean simulated)
        implements Serializable {

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("slice", key.toString());
        map.put("epoch", epoch);
        map.put("holder", holder);
        map.put("granted", granted.toString());
        map.put("expiry", expiry.toString());
        map.put("device-uuid", deviceUuid);
        map.put("simulated", simulated);
        return map;
    }

    /** @throws IllegalArgumentException if a key is missing or malformed */
    public static SliceLease fromMap(Map<String, Object> map) {
        for (String key : new String[] {"slice", "epoch", "holder", "granted", "expiry", "device-uuid", "simulated"}) {
            if (map.get(key) == null) {
                throw new IllegalArgumentException("lease: " + key + " is missing");
            }
        }
        return new SliceLease(
                SliceKey.parse((String) map.get("slice")),
                ((Number) map.get("epoch")).longValue(),
                (String) map.get("holder"),
                Instant.parse((String) map.get("granted")),
                Instant.parse((String) map.get("expiry")),
                (String) map.get("device-uuid"),
                (Boolean) map.get("simulated"));
    }
}
