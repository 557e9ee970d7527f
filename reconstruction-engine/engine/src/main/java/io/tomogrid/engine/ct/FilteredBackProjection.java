package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.ParallelScan;

/** Computed tomography by filtered back projection, on the processors or elsewhere: the same bits wherever it is done. */
public interface FilteredBackProjection {
    /** As {@link ParallelFbp#reconstruct}. */
    float[] parallel(ParallelScan scan, CtGrid grid);

    /** As {@link Fdk#reconstruct}. */
    float[] circular(FlatScan scan, CtGrid grid);

    /** As {@link WeightedFbp#reconstruct}. */
    WeightedFbp.Image helical(CurvedScan scan, CtGrid grid);

    /** The classes that say what the others must be equal to. */
    static FilteredBackProjection onProcessors(Kernel kernel, Parallel parallel) {
        return new FilteredBackProjection() {
            @Override
            public float[] parallel(ParallelScan scan, CtGrid grid) {
                return new ParallelFbp(kernel, parallel).reconstruct(scan, grid);
            }

            @Override
            public float[] circular(FlatScan scan, CtGrid grid) {
                return new Fdk(kernel, parallel).reconstruct(scan, grid);
            }

            @Override
            public WeightedFbp.Image helical(CurvedScan scan, CtGrid grid) {
                return new WeightedFbp(kernel, parallel).reconstruct(scan, grid);
            }
        };
    }
}
