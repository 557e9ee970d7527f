package io.tomogrid.engine.mip;

import io.tomogrid.imaging.Volume;

/** Does the work of {@link MipRotation}, to the bit as it is defined there. */
public interface Projector {
    /**
     * Projects a volume on every frame.
     *
     * @param quantity how values become stored values
     * @return the stored values, unsigned, by {@link RotationGeometry#index}
     */
    short[] project(Volume volume, Quantity quantity, RotationGeometry geometry);

    /** PET over CT, of one geometry: three bytes a pixel, as {@link ColourRotation} has them. */
    byte[] blend(GreyRotation pet, GreyRotation ct);
}
