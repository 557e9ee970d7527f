package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.Projector;
import java.util.function.IntConsumer;

/**
 * Ordered-subsets expectation maximisation. With one subset it is MLEM. The result has the same bits for any number of threads
 * if the projector's has.
 */
public final class Osem {
    /* Update [1], one subset of views at a time: x ← x / Aᵀm · Aᵀ(m · y / (m·Ax + s)), with m the multiplicative and s the
     * additive term. Aᵀm, the sensitivity, is kept for each subset.
     *
     * A voxel that a subset sees with less than SMALLEST of its greatest sensitivity keeps its value; one that no subset sees
     * is 0 from the start. A bin that expects nothing adds nothing, whatever it counted: it says nothing about the image.
     *
     * [1] Hudson & Larkin, IEEE TMI 13 (1994) 601. */

    private static final float SMALLEST = 1e-5f;
    private static final int BLOCK = 1 << 14;

    private final Projector projector;
    private final EmissionData data;
    private final Parallel parallel;
    private final int[][] subsets;
    private final float[][] sensitivities;
    private final int lineBins;

    /**
     * @param subsets into how many the views are divided; the views of one are evenly spaced
     * @throws IllegalArgumentException unless the number divides the views, and the data are of the projector's scanner
     */
    public Osem(Projector projector, EmissionData data, int subsets, Parallel parallel) {
        int views = projector.scanner().views();
        if (subsets < 1 || views % subsets != 0) {
            throw new IllegalArgumentException(
                    "OSEM: expected a number of subsets that divides " + views + " views, got " + subsets);
        }
        if (data.counts().length != projector.scanner().bins()
                || data.additive().length != projector.scanner().lines()) {
            throw new IllegalArgumentException(
                    "OSEM: expected " + projector.scanner().bins() + " bins on "
                            + projector.scanner().lines() + " lines, got " + data.counts().length + " on "
                            + data.additive().length);
        }
        this.projector = projector;
        this.data = data;
        this.parallel = parallel;
        this.subsets = subsets(views, subsets);
        this.sensitivities = new float[subsets][];
        this.lineBins = projector.scanner().planes();
    }

    /** The same value in every voxel that some line sees, so that expected and measured counts are alike in sum. */
    public float[] start() {
        float[] image = new float[projector.grid().voxels()];
        for (int subset = 0; subset < subsets.length; subset++) {
            float[] sensitivity = sensitivity(subset);
            float least = SMALLEST * max(sensitivity);
            for (int n = 0; n < image.length; n++) {
                image[n] = image[n] > 0 || sensitivity[n] > least ? 1 : 0;
            }
        }
        double expected = 0;
        for (int subset = 0; subset < subsets.length; subset++) {
            float[] sensitivity = sensitivity(subset);
            for (int n = 0; n < image.length; n++) {
                expected += (double) sensitivity[n] * image[n];
            }
        }
        double counted = 0;
        for (float count : data.counts()) {
            counted += count;
        }
        double background = 0;
        for (float additive : data.additive()) {
            background += (double) additive * lineBins;
        }
        // counts below the background would start from nothing, and nothing stays nothing
        double wanted = Math.max(counted - background, counted / 10);
        float value = expected > 0 ? (float) (wanted / expected) : 0;
        for (int n = 0; n < image.length; n++) {
            image[n] *= value;
        }
        return image;
    }

    /**
     * Goes over all subsets, again and again.
     *
     * @param image the start, REPLACED by the result: counts per mm of line
     * @param done told the number of iterations done after each
     */
    public void iterate(float[] image, int iterations, IntConsumer done) {
        for (int iteration = 1; iteration <= iterations; iteration++) {
            for (int subset : order(subsets.length)) {
                update(image, subset);
            }
            done.accept(iteration);
        }
    }

    /** One update by one subset. */
    void update(float[] image, int subset) {
        int[] views = subsets[subset];
        float[] projections = new float[views.length * projector.scanner().radialBins() * lineBins];
        float[] correction = new float[image.length];
        projector.forward(image, views, projections);
        ratios(projections, views);
        projector.back(projections, views, correction);
        float[] sensitivity = sensitivity(subset);
        float least = SMALLEST * max(sensitivity);
        parallel.run((image.length + BLOCK - 1) / BLOCK, block -> {
            int end = Math.min(image.length, (block + 1) * BLOCK);
            for (int n = block * BLOCK; n < end; n++) {
                if (sensitivity[n] > least) {
                    image[n] *= correction[n] / sensitivity[n];
                }
            }
        });
    }

    /** Poisson log-likelihood up to a constant, Σ y·ln ŷ − ŷ over all bins that expect something. */
    public double logLikelihood(float[] image) {
        double sum = 0;
        for (int[] views : subsets) {
            float[] projections = new float[views.length * projector.scanner().radialBins() * lineBins];
            projector.forward(image, views, projections);
            for (int line = 0, at = 0; at < projections.length; line++) {
                int scannerLine = scannerLine(views, line);
                int bin = scannerLine * lineBins;
                for (int plane = 0; plane < lineBins; plane++, at++, bin++) {
                    double expected =
                            (double) data.multiplicative()[bin] * projections[at] + data.additive()[scannerLine];
                    if (expected > 0) {
                        sum += data.counts()[bin] * Math.log(expected) - expected;
                    }
                }
            }
        }
        return sum;
    }

    /** Aᵀm of one subset. */
    float[] sensitivity(int subset) {
        if (sensitivities[subset] == null) {
            int[] views = subsets[subset];
            int lines = views.length * projector.scanner().radialBins();
            float[] factors = new float[lines * lineBins];
            for (int line = 0; line < lines; line++) {
                System.arraycopy(
                        data.multiplicative(), scannerLine(views, line) * lineBins, factors, line * lineBins, lineBins);
            }
            float[] sensitivity = new float[projector.grid().voxels()];
            projector.back(factors, views, sensitivity);
            sensitivities[subset] = sensitivity;
        }
        return sensitivities[subset];
    }

    /** Turns line integrals into m·y/(m·Ax + s). */
    private void ratios(float[] projections, int[] views) {
        float[] counts = data.counts();
        float[] multiplicative = data.multiplicative();
        parallel.run(projections.length / lineBins, line -> {
            int scannerLine = scannerLine(views, line);
            float additive = data.additive()[scannerLine];
            int bin = scannerLine * lineBins;
            for (int at = line * lineBins; at < (line + 1) * lineBins; at++, bin++) {
                float expected = multiplicative[bin] * projections[at] + additive;
                projections[at] = expected > 0 ? multiplicative[bin] * counts[bin] / expected : 0;
            }
        });
    }

    private int scannerLine(int[] views, int line) {
        int radialBins = projector.scanner().radialBins();
        return views[line / radialBins] * radialBins + line % radialBins;
    }

    private static int[][] subsets(int views, int count) {
        int[][] subsets = new int[count][views / count];
        for (int view = 0; view < views; view++) {
            subsets[view % count][view / count] = view;
        }
        return subsets;
    }

    /** Each subset far from the ones before it: by the reversed bits of its number. */
    static int[] order(int count) {
        int bits = 32 - Integer.numberOfLeadingZeros(Math.max(1, count - 1));
        int[] order = new int[count];
        for (int n = 0, at = 0; n < 1 << bits; n++) {
            int reversed = Integer.reverse(n) >>> (32 - bits);
            if (reversed < count) {
                order[at++] = reversed;
            }
        }
        return order;
    }

    private static float max(float[] values) {
        float max = 0;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
