package io.tomogrid.slices.interop;

import io.tomogrid.slices.GpuProfile;
import java.util.Map;

/**
 * What NVIDIA's tools call a profile: {@code 3g.20gb}, {@code 1g.5gb+me}. They make the name from what the driver reports, as
 * go-nvlib does (pkg/nvlib/device, GetProfile), so it differs between boards and drivers and is for output only.
 */
final class DriverNames {
    private static final double MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final int EIGHTHS = 8;
    /** By NVML_GPU_INSTANCE_PROFILE_*. */
    private static final Map<Integer, String> ATTRIBUTES = Map.of(
            7, "+me", 8, "+me", 10, "+gfx", 11, "+gfx", 12, "+gfx", 13, "-me", 14, "-me", 15, "+me.all", 16, "+me.all",
            17, "+gfx");

    private DriverNames() {}

    /** @param gpuBytes memory of the whole card */
    static String of(GpuProfile profile, long gpuBytes) {
        double eighths = Math.ceil(profile.memoryBytes() / MIB / (gpuBytes / MIB) * EIGHTHS);
        long whole = (gpuBytes + GIB - 1) / GIB;
        return profile.computeSlices() + "g." + Math.round(eighths / EIGHTHS * whole) + "gb"
                + ATTRIBUTES.getOrDefault(profile.profileEnum(), "");
    }
}
