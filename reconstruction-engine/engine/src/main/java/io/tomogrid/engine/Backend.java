package io.tomogrid.engine;

import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
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
 * Who does the operations of a protocol. Whoever does them, the same input gives the same bits (PRC-07, REC-02, GPU-01), but for
 * back projections of single events, which a device adds more exactly ({@link #events}).
 *
 * <p>Not among them, since only the processors do them, on every backend: single-scatter simulation (engine.scatter), filtered back
 * projection of emission data (engine.fbp) and the prior of BSREM (engine.osem).
 */
public interface Backend {
    /** {@code cpu} or {@code cuda}. */
    String name();

    /** The volume as a source to resample from; to be closed. */
    Resampling resampling(Volume source);

    MipRotation rotations();

    /** Computed tomography. */
    FilteredBackProjection fbp(Kernel kernel);

    LesionMeasures lesions();

    /**
     * Line integrals of a scanner on a grid, all planes of a line at once; to be closed.
     *
     * @param fwhmMm of the resolution that the image is blurred with, at most 100; 0 for none
     * @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart
     */
    Projector projector(CylindricalScanner scanner, PetGrid grid, double fwhmMm);

    /** The same without a resolution. */
    default Projector projector(CylindricalScanner scanner, PetGrid grid) {
        return projector(scanner, grid, 0);
    }

    /** Line integrals by time of flight; to be closed. */
    TofProjector tof(CylindricalScanner scanner, PetGrid grid, TofBins bins);

    /**
     * Line integrals of single events; to be closed. The same bytes on every run of a backend. Forward they are those of every
     * other; back, a device adds in whole numbers, which rounds nothing but the result, and the processors in single precision:
     * they agree to what that rounds.
     */
    EventProjector events(PetGrid grid, ListEvents events);

    /**
     * Reconstruction of emission data; to be closed.
     *
     * @param subsets into how many the views are divided @param fwhmMm as of {@link #projector}
     * @throws IllegalArgumentException if scanner, grid, data and subsets do not go together
     */
    Osem osem(CylindricalScanner scanner, PetGrid grid, EmissionData data, int subsets, double fwhmMm);

    /** The same without a resolution. */
    default Osem osem(CylindricalScanner scanner, PetGrid grid, EmissionData data, int subsets) {
        return osem(scanner, grid, data, subsets, 0);
    }
}
