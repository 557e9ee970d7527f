package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Something that went wrong on a GPU. XIDs 13, 31, 43, 45, 68 and 109 are faults of the application, which concern nobody
 * else (both of NVIDIA's device plugins skip them); what any other XID (48, 63, 64, 79, 94, 95, 119, 120, …), a lost GPU, an uncorrectable
 * memory error or a needed reset concerns must be drained.
 *
 * @param gpu NVML index
 * @param kind what it is
 * @param xid the XID's number; 0 for the other kinds
 * @param slice the slice that it happened on; empty if the driver did not say, so that it concerns the whole GPU
 */
public record GpuFault(int gpu, Kind kind, int xid, Optional<SliceKey> slice) {
    /** What can go wrong. */
    public enum Kind {
        /** The driver reports an error by number. */
        XID,
        /** The GPU does not answer any more; everything on it is gone. */
        LOST,
        /** A memory cell gave a wrong value that could not be mended. */
        ECC_UNCORRECTABLE,
        /** The GPU must be reset before it can be used on, or to take on the MIG mode that was asked for. */
        RESET_REQUIRED
    }

    private static final Set<Integer> APPLICATION = Set.of(13, 31, 43, 45, 68, 109);

    public GpuFault {
        if (gpu < 0 || kind == Kind.XID != xid > 0) {
            throw new IllegalArgumentException(
                    "a fault has a GPU's index and, if it is an XID, its number; got " + gpu + " " + kind + " " + xid);
        }
    }

    /** Of a whole GPU. */
    public static GpuFault of(int gpu, Kind kind) {
        return new GpuFault(gpu, kind, 0, Optional.empty());
    }

    public static GpuFault xid(int gpu, int xid, Optional<SliceKey> slice) {
        return new GpuFault(gpu, Kind.XID, xid, slice);
    }

    /** Whether it is the program's own fault, so that nothing needs draining. */
    public boolean ofApplication() {
        return kind == Kind.XID && APPLICATION.contains(xid);
    }

    /** Whether the driver goes on to report it until the GPU is reset or replaced. */
    public boolean lasting() {
        return kind == Kind.LOST || kind == Kind.RESET_REQUIRED;
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("gpu", gpu);
        map.put("kind", kind.name());
        map.put("xid", xid);
        map.put("slice", slice.map(SliceKey::toString).orElse(""));
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static GpuFault fromMap(Map<String, Object> json) {
        Fields fields = Fields.of("fault", json);
        String slice = fields.text("slice");
        return new GpuFault(
                fields.integer("gpu"),
                Kind.valueOf(fields.text("kind")),
                fields.integer("xid"),
                slice.isEmpty() ? Optional.empty() : Optional.of(SliceKey.parse(slice)));
    }

    /** One sentence for people. */
    @Override
    public String toString() {
        String where = slice.map(key -> "on " + key).orElse("on gpu" + gpu);
        return switch (kind) {
            case XID -> "XID " + xid + " " + where + (ofApplication() ? " (the program's own fault)" : "");
            case LOST -> "gpu" + gpu + " is lost";
            case ECC_UNCORRECTABLE -> "uncorrectable memory error " + where;
            case RESET_REQUIRED -> "gpu" + gpu + " must be reset";
        };
    }
}
