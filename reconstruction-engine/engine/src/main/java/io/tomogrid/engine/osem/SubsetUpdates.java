package io.tomogrid.engine.osem;

import io.tomogrid.engine.projector.Projector;

/**
 * Computes the updates of OSEM, x ← x / Aᵀm · Aᵀ(m · y / (m·Ax + s)), and keeps what they need where they are computed. A voxel
 * that a subset sees with less than {@link #SMALLEST} of its greatest sensitivity keeps its value in its updates. A bin that
 * expects nothing adds nothing, whatever it counted: it says nothing about the image.
 */
public interface SubsetUpdates extends AutoCloseable {
    float SMALLEST = 1e-5f;

    Subsets subsets();

    Projector projector();

    /** Aᵀm of one subset, to read only. */
    float[] sensitivity(int subset);

    /** The image to work on. @param image the start, which the updates may overwrite */
    void begin(float[] image);

    /** One update by one subset, of the image that was given to {@link #begin}. */
    void update(int subset);

    /** @param image OVERWRITTEN by the image that the updates made */
    void end(float[] image);

    /** The sensitivity up to which a voxel counts as unseen. */
    static float least(float[] sensitivity) {
        return SMALLEST * greatest(sensitivity);
    }

    static float greatest(float[] values) {
        float max = 0;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** Frees what was kept; the projector is closed too. */
    @Override
    void close();
}
