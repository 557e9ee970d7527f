package io.tomogrid.agent;

import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.SliceKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Why a GPU, or one slice of it, must not be used until somebody has seen to it.
 *
 * @param gpuUuid the card
 * @param slice empty if it is the whole card's
 * @param because one sentence
 * @param since when it was seen first
 * @param lost whether the card answers no more, so that nothing on it can run
 */
record Fault(String gpuUuid, Optional<SliceKey> slice, String because, Instant since, boolean lost) {
    private static final int FALLEN_OFF_THE_BUS = 79;
    /**
     * XIDs that concern the whole card on whatever slice they were seen: NVLink, rows that cannot be remapped, off the bus,
     * an error that was not contained, the GPU's own processor (NVIDIA, "XID Errors").
     */
    private static final Set<Integer> WIDE = Set.of(64, 74, FALLEN_OFF_THE_BUS, 95, 119, 120);

    /** @param seen not one of a program */
    static Fault of(GpuFault seen, String gpuUuid, Instant now) {
        boolean lost = seen.kind() == GpuFault.Kind.LOST || seen.xid() == FALLEN_OFF_THE_BUS;
        return new Fault(
                gpuUuid,
                WIDE.contains(seen.xid()) ? Optional.empty() : seen.slice(),
                seen.toString(),
                now.truncatedTo(ChronoUnit.SECONDS),
                lost);
    }

    /** Whether both say the same of the same thing. */
    boolean repeats(Fault other) {
        return gpuUuid.equals(other.gpuUuid) && slice.equals(other.slice) && because.equals(other.because);
    }

    Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("gpu-uuid", gpuUuid);
        map.put("slice", slice.map(SliceKey::toString).orElse(""));
        map.put("because", because);
        map.put("since", since.toString());
        map.put("lost", lost);
        return map;
    }

    /** @throws RuntimeException if a member is missing or malformed */
    static Fault fromMap(Map<?, ?> map) {
        String slice = String.valueOf(map.get("slice"));
        return new Fault(
                String.valueOf(map.get("gpu-uuid")),
                slice.isEmpty() ? Optional.empty() : Optional.of(SliceKey.parse(slice)),
                String.valueOf(map.get("because")),
                Instant.parse(String.valueOf(map.get("since"))),
                Boolean.TRUE.equals(map.get("lost")));
    }
}
