package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.PetGrid;

/**
 * Line integrals by time of flight of single events, and the adjoint. Values are in the order of {@link #order}. The same bytes
 * on every run. To be closed.
 */
public interface EventProjector extends AutoCloseable {
    PetGrid grid();

    /** Numbers of the events in the order of values. */
    int[] order();

    int count();

    /** @param image [nx][ny][nz] @param values OVERWRITTEN, of each event in order: values of the image · mm */
    void forward(float[] image, float[] values);

    /** The adjoint. @param image OVERWRITTEN */
    void back(float[] values, float[] image);

    /** @throws IllegalArgumentException unless there is a value for each voxel and event */
    default void check(float[] image, float[] values) {
        if (image.length != grid().voxels() || values.length != count()) {
            throw new IllegalArgumentException("events: expected " + grid().voxels() + " voxels and " + count()
                    + " values, got " + image.length + " and " + values.length);
        }
    }

    @Override
    default void close() {
        // on the processors there is nothing to free
    }
}
