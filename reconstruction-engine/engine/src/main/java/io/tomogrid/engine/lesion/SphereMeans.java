package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.Volume;

/** Finds the means of a sphere about voxels of a mask, their terms added in the sphere's order. */
public interface SphereMeans {
    /** On the processors, run by run as they are asked for. */
    SphereMeans ON_PROCESSORS = (suv, sphere, components, numbers) ->
            (run, means) -> sphere.means(suv.voxels(), components.start(run), components.length(run), means);

    /**
     * Gets ready for all runs of the kept components.
     *
     * @param numbers per component, 0 for those that nobody will ask about
     */
    OfRun prepare(Volume suv, PeakSphere sphere, Components components, int[] numbers);

    /** What was prepared; several threads may ask. */
    interface OfRun {
        /**
         * The means about the voxels of one run.
         *
         * @param means OVERWRITTEN up to the run's length; NaN where the sphere leaves the volume
         */
        void means(int run, double[] means);
    }
}
