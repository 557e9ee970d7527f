package io.tomogrid.engine;

import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

/**
 * Who does the operations of a protocol. Whoever does them, the same input gives the same bits (PRC-07, REC-02, GPU-01).
 *
 * <p>Not among them, since only the processors do them so far, on every backend: single-scatter simulation (engine.scatter),
 * filtered back projection (engine.fbp), the prior of BSREM (engine.osem), and projections by time of flight, of single events
 * and with resolution in the image (TofPlaneJoseph, ListJoseph, BlurredProjector in engine.projector).
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
     * @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart
     */
    Projector projector(CylindricalScanner scanner, PetGrid grid);

    /**
     * Reconstruction of emission data; to be closed.
     *
     * @param subsets into how many the views are divided
     * @throws IllegalArgumentException if scanner, grid, data and subsets do not go together
     */
    Osem osem(CylindricalScanner scanner, PetGrid grid, EmissionData data, int subsets);
}
