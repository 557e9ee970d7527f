package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.Projector;

/** On the processors; the bits do not depend on the threads if the projector's do not. */
final class ProcessorUpdates implements SubsetUpdates {
    private static final int BLOCK = 1 << 14;

    private final Projector projector;
    private final Subsets subsets;
    private final Parallel parallel;
    private final float[][] sensitivities;
    private float[] image;

    ProcessorUpdates(Projector projector, Subsets subsets, Parallel parallel) {
        this.projector = projector;
        this.subsets = subsets;
        this.parallel = parallel;
        this.sensitivities = new float[subsets.count()][];
    }

    @Override
    public Subsets subsets() {
        return subsets;
    }

    @Override
    public Projector projector() {
        return projector;
    }

    @Override
    public float[] sensitivity(int subset) {
        if (sensitivities[subset] == null) {
            float[] factors = subsets.part(subsets.data().multiplicative(), subset);
            float[] sensitivity = new float[projector.grid().voxels()];
            projector.back(factors, subsets.views()[subset], sensitivity);
            sensitivities[subset] = sensitivity;
        }
        return sensitivities[subset];
    }

    @Override
    public void begin(float[] image) {
        this.image = image;
    }

    @Override
    public void update(int subset) {
        float[] projections = new float[subsets.bins()];
        float[] correction = new float[image.length];
        projector.forward(image, subsets.views()[subset], projections);
        ratios(projections, subset);
        projector.back(projections, subsets.views()[subset], correction);
        float[] sensitivity = sensitivity(subset);
        float least = SubsetUpdates.least(sensitivity);
        float[] voxels = image;
        parallel.run((voxels.length + BLOCK - 1) / BLOCK, block -> {
            int end = Math.min(voxels.length, (block + 1) * BLOCK);
            for (int n = block * BLOCK; n < end; n++) {
                if (sensitivity[n] > least) {
                    voxels[n] *= correction[n] / sensitivity[n];
                }
            }
        });
    }

    /** Turns line integrals into m·y/(m·Ax + s). */
    private void ratios(float[] projections, int subset) {
        float[] counts = subsets.data().counts();
        float[] multiplicative = subsets.data().multiplicative();
        float[] additives = subsets.data().additive();
        int lineBins = subsets.scanner().planes();
        int perAdditive = subsets.data().binsPerAdditive();
        int step = perAdditive == 1 ? 1 : 0;
        parallel.run(projections.length / lineBins, line -> {
            int bin = subsets.scannerLine(subset, line) * lineBins;
            int add = bin / perAdditive;
            for (int at = line * lineBins; at < (line + 1) * lineBins; at++, bin++, add += step) {
                float expected = multiplicative[bin] * projections[at] + additives[add];
                projections[at] = expected > 0 ? multiplicative[bin] * counts[bin] / expected : 0;
            }
        });
    }

    @Override
    public void end(float[] image) {
        System.arraycopy(this.image, 0, image, 0, image.length);
    }

    @Override
    public void close() {
        projector.close();
    }
}
