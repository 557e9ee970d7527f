package io.tomogrid.engine.osem;

import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * Maximum a posteriori by BSREM, De Pierro & Yamagishi, IEEE TMI 20 (2001) 280, as Ahn & Fessler, IEEE TMI 22 (2003) 613, have
 * it: steps along the gradient, scaled by image over sensitivity, that become shorter. Without a prior and with one subset the
 * first step is one of MLEM.
 *
 * @param osem whose updates give the gradient of the likelihood, on whatever does them @param beta weight of the prior
 * @param relaxation how fast steps become shorter: step n is 1/(1 + relaxation·n) of the first
 */
public record Bsrem(SubsetSteps osem, RelativeDifferencePrior prior, double beta, double relaxation) {
    /* An update of OSEM multiplies x by c/s, c being the back projected ratios and s the subset's sensitivity: so the gradient of
     * the subset's likelihood, c − s, is s·(x'/x − 1). Voxels are kept a little over 0, where that can be told. */

    private static final float FLOOR = 1e-6f;

    public Bsrem {
        if (!(beta >= 0) || !(relaxation >= 0) || Double.isInfinite(beta) || Double.isInfinite(relaxation)) {
            throw new IllegalArgumentException(
                    "BSREM: expected a weight and a relaxation from 0, got " + beta + " and " + relaxation);
        }
    }

    /** What is to become greatest. */
    public double objective(float[] image) {
        return osem.logLikelihood(image) - beta * prior.value(image);
    }

    /**
     * Goes over all subsets, again and again.
     *
     * @param image the start, positive where something is sought, best a few iterations of OSEM; REPLACED by the result
     * @throws CancellationException if the thread is interrupted, whose interrupt status stays set
     */
    public void iterate(float[] image, int iterations) {
        iterate(image, iterations, done -> {});
    }

    /** As above. @param done told the number of iterations done after each */
    public void iterate(float[] image, int iterations, IntConsumer done) {
        int subsets = osem.subsets();
        float[] sensitivity = new float[image.length];
        for (int s = 0; s < subsets; s++) {
            float[] part = osem.sensitivity(s);
            for (int v = 0; v < sensitivity.length; v++) {
                sensitivity[v] += part[v];
            }
        }
        float least = SubsetUpdates.least(sensitivity);
        float floor = FLOOR * SubsetUpdates.least(image) / SubsetUpdates.SMALLEST;
        float[] gradient = new float[image.length];
        for (int iteration = 0; iteration < iterations; iteration++) {
            double step = 1 / (1 + relaxation * iteration);
            for (int s : Osem.order(subsets)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted");
                }
                for (int v = 0; v < image.length; v++) {
                    image[v] = sensitivity[v] > least ? Math.max(floor, image[v]) : 0;
                }
                float[] next = image.clone();
                osem.update(next, s);
                prior.gradient(image, gradient);
                float[] part = osem.sensitivity(s);
                for (int v = 0; v < image.length; v++) {
                    if (sensitivity[v] > least) {
                        double likelihood = subsets * part[v] * ((double) next[v] - image[v]);
                        double penalty = beta * gradient[v] * image[v];
                        double moved = image[v] + step * (likelihood - penalty) / sensitivity[v];
                        image[v] = (float) Math.max(floor, moved);
                    }
                }
            }
            done.accept(iteration + 1);
        }
    }
}
