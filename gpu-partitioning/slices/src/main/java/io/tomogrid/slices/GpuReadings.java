package io.tomogrid.slices;

import java.util.OptionalLong;

/**
 * What a GPU's meters say; each is absent where the GPU has no such meter. They are the whole GPU's: no meter tells the energy of
 * a slice, which can only be shared out by a model.
 *
 * @param energyMillijoules since the driver was loaded
 * @param powerMilliwatts now
 * @param busyPercent part of the last moments in which a kernel ran; absent in MIG mode, see {@link NvmlInventory#use}
 * @param corrected memory errors since the driver was loaded that were mended
 * @param uncorrectable those that were not
 */
public record GpuReadings(
        OptionalLong energyMillijoules,
        OptionalLong powerMilliwatts,
        OptionalLong busyPercent,
        OptionalLong corrected,
        OptionalLong uncorrectable) {}
