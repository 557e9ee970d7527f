package io.tomogrid.engine.osem;

import java.util.function.IntConsumer;

/** What a reconstruction with a prior goes along: the steps of OSEM, of sinograms or of single events. */
public interface SubsetSteps {
    int subsets();

    /** Aᵀm of one subset, to read only. */
    float[] sensitivity(int subset);

    /** One update by one subset. @param image REPLACED */
    void update(float[] image, int subset);

    /** All subsets, again and again. @param image REPLACED @param done told the number of iterations done after each */
    void iterate(float[] image, int iterations, IntConsumer done);

    /** Poisson log-likelihood up to a constant. */
    double logLikelihood(float[] image);
}
