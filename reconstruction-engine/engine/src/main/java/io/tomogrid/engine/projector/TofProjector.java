package io.tomogrid.engine.projector;

/**
 * Line integrals by time of flight, and the adjoint, on the processors or elsewhere: the same bits wherever it is done.
 * Projections are [views][radialBins][bins of time of flight][planes], planes fastest. To be closed.
 */
public interface TofProjector extends AutoCloseable {
    /** Values of the projections of some views. */
    int values(int views);

    /** @param image [nx][ny][nz] @param projections OVERWRITTEN: values of the image · mm */
    void forward(float[] image, int[] views, float[] projections);

    /** The adjoint. @param image OVERWRITTEN */
    void back(float[] projections, int[] views, float[] image);

    @Override
    default void close() {
        // on the processors there is nothing to free
    }
}
