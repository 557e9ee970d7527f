package io.tomogrid.sparkjob.petct;

import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.function.IntFunction;

/** The PET on the CT's grid, a few slices at a time: the whole of it would take 600 MB of a full CT. */
final class ResampledSlices implements IntFunction<float[]> {
    private static final int SLAB = 16;

    private final Resampling pet;
    private final VolumeGeometry target;
    private Volume slab;
    private int first;

    /** @param pet stays the caller's, who closes it */
    ResampledSlices(Resampling pet, VolumeGeometry target) {
        this.pet = pet;
        this.target = target;
    }

    /** Slice k; cheap when asked for in order. */
    @Override
    public float[] apply(int k) {
        if (slab == null || k < first || k >= first + slab.geometry().size().nz()) {
            first = k;
            int slices = Math.min(SLAB, target.size().nz() - k);
            slab = pet.onto(Grids.slab(target, k, slices), 0);
        }
        GridSize size = slab.geometry().size();
        int from = size.index(0, 0, k - first);
        return Arrays.copyOfRange(slab.voxels(), from, from + size.nx() * size.ny());
    }
}
