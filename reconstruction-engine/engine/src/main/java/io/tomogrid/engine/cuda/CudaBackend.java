package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;

/**
 * A CUDA device. Connected components, sums and maxima of lesions stay on the processors: they touch each voxel once, which
 * takes less time than bringing the volume to the device.
 *
 * @param parallel for what stays on the processors
 */
public record CudaBackend(CudaDevice device, Parallel parallel) implements Backend {
    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public Resampling resampling(Volume source) {
        return new CudaResampling(device, source);
    }

    @Override
    public MipRotation rotations() {
        return new MipRotation(parallel, new CudaProjector(device));
    }

    @Override
    public LesionMeasures lesions() {
        return new LesionMeasures(parallel, new CudaSphereMeans(device));
    }
}
