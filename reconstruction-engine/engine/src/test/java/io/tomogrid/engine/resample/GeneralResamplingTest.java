package io.tomogrid.engine.resample;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;

/** The way that takes any two grids. */
class GeneralResamplingTest extends ResamplingContract {
    @Override
    protected Volume resample(Volume source, VolumeGeometry target, float outside) {
        return new Resampler(new Parallel(2))
                .general(source, target, IndexMap.between(target, source.geometry()), outside);
    }
}
