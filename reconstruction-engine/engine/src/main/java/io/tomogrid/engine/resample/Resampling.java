package io.tomogrid.engine.resample;

import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;

/** One volume, ready to be brought onto other grids as {@link Resampler} defines it; may hold memory of a device. */
public interface Resampling extends AutoCloseable {
    /**
     * The source on another grid.
     *
     * @param outside the value of places beyond the source's outermost voxel faces, in the source's unit
     * @return a volume of the source's unit on the target grid
     * @throws IllegalArgumentException if the grids lie in different frames of reference
     */
    Volume onto(VolumeGeometry target, float outside);

    @Override
    void close();
}
