package io.tomogrid.engine;

import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;

/** Who does the operations of a protocol. Whoever does them, the same input gives the same bits (PRC-07, GPU-01). */
public interface Backend {
    /** {@code cpu} or {@code cuda}. */
    String name();

    /** The volume as a source to resample from; to be closed. */
    Resampling resampling(Volume source);

    MipRotation rotations();

    LesionMeasures lesions();
}
