package io.tomogrid.slices;

import java.util.Collection;

/**
 * A profile at a place: the memory slices from {@code start} on.
 *
 * @param profile what is placed
 * @param start first memory slice
 */
public record Placement(GpuProfile profile, int start) {
    /** The memory slice behind the last. */
    public int end() {
        return start + profile.memorySlices();
    }

    public boolean overlaps(Placement other) {
        return start < other.end() && other.start < end();
    }

    /**
     * Whether this can stand beside the others under the vendor's rules: windows of memory slices do not overlap, no profile
     * has more instances than it may. The placements' starts are taken as the driver's, which implies the rule on compute
     * slices (MIG user guide, "Supported MIG profiles").
     */
    public boolean fitsBeside(Collection<Placement> others) {
        int instances = 1;
        for (Placement other : others) {
            if (overlaps(other)) {
                return false;
            }
            if (other.profile.profileEnum() == profile.profileEnum()) {
                instances++;
            }
        }
        return instances <= profile.maxInstances();
    }
}
