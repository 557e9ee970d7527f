package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.osem.Subsets;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TofProjector;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;

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
    public FilteredBackProjection fbp(Kernel kernel) {
        return new CudaFbp(device, kernel, parallel);
    }

    @Override
    public LesionMeasures lesions() {
        return new LesionMeasures(parallel, new CudaSphereMeans(device));
    }

    @Override
    public Projector projector(CylindricalScanner scanner, PetGrid grid, double fwhmMm) {
        return new CudaPlaneJoseph(device, scanner, grid, fwhmMm, parallel);
    }

    @Override
    public TofProjector tof(CylindricalScanner scanner, PetGrid grid, TofBins bins) {
        return new CudaTofJoseph(device, scanner, grid, bins, parallel);
    }

    @Override
    public EventProjector events(PetGrid grid, ListEvents events) {
        return new CudaEvents(device, grid, events, parallel);
    }

    @Override
    public Osem osem(CylindricalScanner scanner, PetGrid grid, EmissionData data, int subsets, double fwhmMm) {
        return new Osem(new CudaUpdates(device, Subsets.of(scanner, data, subsets), grid, fwhmMm, parallel));
    }
}
