package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.Projector;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * Ordered-subsets expectation maximisation, after Hudson & Larkin, IEEE TMI 13 (1994) 601. With one subset it is MLEM. The
 * result has the same bits for any number of threads, and on a device, if the projector's has. To be closed.
 */
public final class Osem implements SubsetSteps, AutoCloseable {
    private final SubsetUpdates updates;
    private final Subsets subsets;

    /** @param updates closed with this */
    public Osem(SubsetUpdates updates) {
        this.updates = updates;
        this.subsets = updates.subsets();
    }

    /**
     * On the processors.
     *
     * @param subsets into how many the views are divided; the views of one are evenly spaced
     * @throws IllegalArgumentException unless the number divides the views, and the data are of the projector's scanner
     */
    public Osem(Projector projector, EmissionData data, int subsets, Parallel parallel) {
        this(new ProcessorUpdates(projector, Subsets.of(projector.scanner(), data, subsets), parallel));
    }

    /** The same value in every voxel that some line sees, so that expected and measured counts are alike in sum. */
    public float[] start() {
        float[] image = new float[updates.projector().grid().voxels()];
        for (int subset = 0; subset < subsets.count(); subset++) {
            float[] sensitivity = updates.sensitivity(subset);
            float least = SubsetUpdates.least(sensitivity);
            for (int n = 0; n < image.length; n++) {
                image[n] = image[n] > 0 || sensitivity[n] > least ? 1 : 0;
            }
        }
        double expected = 0;
        for (int subset = 0; subset < subsets.count(); subset++) {
            float[] sensitivity = updates.sensitivity(subset);
            for (int n = 0; n < image.length; n++) {
                expected += (double) sensitivity[n] * image[n];
            }
        }
        double counted = 0;
        for (float count : subsets.data().counts()) {
            counted += count;
        }
        double background = 0;
        for (float additive : subsets.data().additive()) {
            background += (double) additive * subsets.data().binsPerAdditive();
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
     * @throws CancellationException if the thread is interrupted, whose interrupt status stays set
     */
    @Override
    public void iterate(float[] image, int iterations, IntConsumer done) {
        updates.begin(image);
        for (int iteration = 1; iteration <= iterations; iteration++) {
            for (int subset : order(subsets.count())) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted");
                }
                updates.update(subset);
            }
            done.accept(iteration);
        }
        updates.end(image);
    }

    @Override
    public void update(float[] image, int subset) {
        updates.begin(image);
        updates.update(subset);
        updates.end(image);
    }

    /** Σ y·ln ŷ − ŷ over all bins that expect something. */
    @Override
    public double logLikelihood(float[] image) {
        EmissionData data = subsets.data();
        int lineBins = subsets.scanner().planes();
        int perAdditive = data.binsPerAdditive();
        double sum = 0;
        for (int subset = 0; subset < subsets.count(); subset++) {
            float[] projections = new float[subsets.bins()];
            updates.projector().forward(image, subsets.views()[subset], projections);
            for (int line = 0, at = 0; at < projections.length; line++) {
                int scannerLine = subsets.scannerLine(subset, line);
                int bin = scannerLine * lineBins;
                for (int plane = 0; plane < lineBins; plane++, at++, bin++) {
                    double expected =
                            (double) data.multiplicative()[bin] * projections[at] + data.additive()[bin / perAdditive];
                    if (expected > 0) {
                        sum += data.counts()[bin] * Math.log(expected) - expected;
                    }
                }
            }
        }
        return sum;
    }

    @Override
    public int subsets() {
        return subsets.count();
    }

    @Override
    public float[] sensitivity(int subset) {
        return updates.sensitivity(subset);
    }

    @Override
    public void close() {
        updates.close();
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
}
