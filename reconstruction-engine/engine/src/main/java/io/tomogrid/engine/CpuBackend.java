package io.tomogrid.engine;

import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TofPlaneJoseph;
import io.tomogrid.engine.projector.TofProjector;
import io.tomogrid.engine.resample.Resampler;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;

/** The processors, in plain Java: what every other backend is measured by. */
public record CpuBackend(Parallel parallel) implements Backend {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Resampling resampling(Volume source) {
        return new InMemory(source, new Resampler(parallel));
    }

    @Override
    public MipRotation rotations() {
        return new MipRotation(parallel);
    }

    @Override
    public FilteredBackProjection fbp(Kernel kernel) {
        return FilteredBackProjection.onProcessors(kernel, parallel);
    }

    @Override
    public LesionMeasures lesions() {
        return new LesionMeasures(parallel);
    }

    @Override
    public Projector projector(CylindricalScanner scanner, PetGrid grid, double fwhmMm) {
        Projector sharp = new PlaneJoseph(scanner, grid, parallel);
        return fwhmMm == 0 ? sharp : new BlurredProjector(sharp, fwhmMm, parallel);
    }

    @Override
    public TofProjector tof(CylindricalScanner scanner, PetGrid grid, TofBins bins) {
        return new TofPlaneJoseph(scanner, grid, bins, parallel);
    }

    @Override
    public EventProjector events(PetGrid grid, ListEvents events) {
        return new ListJoseph(new PlaneGeometry(events.scanner(), grid), events, parallel);
    }

    @Override
    public Osem osem(CylindricalScanner scanner, PetGrid grid, EmissionData data, int subsets, double fwhmMm) {
        return new Osem(projector(scanner, grid, fwhmMm), data, subsets, parallel);
    }

    private record InMemory(Volume source, Resampler resampler) implements Resampling {
        @Override
        public Volume onto(VolumeGeometry target, float outside) {
            return resampler.resample(source, target, outside);
        }

        @Override
        public void close() {
            // the source belongs to the caller
        }
    }
}
