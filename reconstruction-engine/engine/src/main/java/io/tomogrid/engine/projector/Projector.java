package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

/** Line integrals through an image along the lines of a scanner, and the adjoint. To be closed where it holds a device's memory. */
public interface Projector extends AutoCloseable {
    CylindricalScanner scanner();

    PetGrid grid();

    /**
     * Line integrals.
     *
     * @param image [nx][ny][nz], z fastest
     * @param views of the scanner, each once
     * @param projections [views][radialBins][planes], planes fastest, OVERWRITTEN: values of the image · mm; lines that miss
     *     the grid give 0
     */
    void forward(float[] image, int[] views, float[] projections);

    /**
     * The adjoint of {@link #forward}.
     *
     * @param projections as above
     * @param image as above, OVERWRITTEN
     */
    void back(float[] projections, int[] views, float[] image);

    /** @throws IllegalArgumentException if the arrays have not the sizes that the views ask for, or a view does not exist */
    default void check(float[] image, int[] views, float[] projections) {
        int values = views.length * scanner().radialBins() * scanner().planes();
        if (image.length != grid().voxels() || projections.length != values) {
            throw new IllegalArgumentException("projector: expected " + grid().voxels() + " voxels and " + values
                    + " projections, got " + image.length + " and " + projections.length);
        }
        for (int view : views) {
            if (view < 0 || view >= scanner().views()) {
                throw new IllegalArgumentException(
                        "projector: expected views 0 to " + (scanner().views() - 1) + ", got " + view);
            }
        }
    }

    @Override
    default void close() {
        // on the processors there is nothing to free
    }
}
