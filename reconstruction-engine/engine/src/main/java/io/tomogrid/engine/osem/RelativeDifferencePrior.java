package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.PetGrid;

/**
 * The relative difference prior of Nuyts et al., IEEE TNS 49 (2002) 56: over each pair of neighbours j, k the sum of
 * {@code w·(x_j − x_k)²/(x_j + x_k + γ|x_j − x_k| + ε)}, w being a voxel's side over their distance.
 *
 * @param gamma how much edges are kept, 2 as a rule @param epsilon in the image's unit, over 0: far below its values
 */
public record RelativeDifferencePrior(PetGrid grid, double gamma, double epsilon, Parallel parallel) {
    public RelativeDifferencePrior {
        if (!(gamma >= 0) || !(epsilon > 0) || Double.isInfinite(gamma) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException(
                    "prior: expected a gamma from 0 and an epsilon over 0, got " + gamma + " and " + epsilon);
        }
    }

    public double value(float[] image) {
        double[] slabs = new double[grid.nx()];
        parallel.run(slabs.length, i -> {
            double sum = 0;
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++) {
                    sum += around(image, i, j, k, false);
                }
            }
            slabs[i] = sum;
        });
        double sum = 0;
        for (double slab : slabs) {
            sum += slab;
        }
        // each pair was met from both sides
        return sum / 2;
    }

    /** @param gradient OVERWRITTEN */
    public void gradient(float[] image, float[] gradient) {
        parallel.run(grid.nx(), i -> {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++) {
                    gradient[(i * grid.ny() + j) * grid.nz() + k] = (float) around(image, i, j, k, true);
                }
            }
        });
    }

    private double around(float[] image, int i, int j, int k, boolean gradient) {
        int ny = grid.ny();
        int nz = grid.nz();
        double x = image[(i * ny + j) * nz + k];
        double sum = 0;
        for (int a = Math.max(0, i - 1); a <= Math.min(grid.nx() - 1, i + 1); a++) {
            for (int b = Math.max(0, j - 1); b <= Math.min(ny - 1, j + 1); b++) {
                for (int c = Math.max(0, k - 1); c <= Math.min(nz - 1, k + 1); c++) {
                    double other = image[(a * ny + b) * nz + c];
                    double difference = x - other;
                    if (difference != 0) {
                        double weight = weight(a - i, b - j, c - k);
                        double below = x + other + gamma * Math.abs(difference) + epsilon;
                        sum += gradient
                                ? weight * difference * (below + 2 * other + epsilon) / (below * below)
                                : weight * difference * difference / below;
                    }
                }
            }
        }
        return sum;
    }

    private double weight(int a, int b, int c) {
        double along = c * grid.sliceMm() / grid.voxelMm();
        return 1 / Math.sqrt(a * a + b * b + along * along);
    }
}
