package io.tomogrid.engine.lesion;

/**
 * A lesion as one way of delineation has it.
 *
 * @param threshold SUV that its voxels have at least, g/ml; NaN where there is none
 * @param voxels how many; 0 where nothing reaches the threshold
 * @param mtvMl metabolic tumour volume, ml; NaN where it is not available
 * @param tlg total lesion glycolysis, g; NaN where it is not available
 * @param notAvailable why there is no volume; empty where there is one
 */
public record Extent(Delineation method, double threshold, int voxels, double mtvMl, double tlg, String notAvailable) {
    static Extent none(Delineation method, double threshold, String why) {
        return new Extent(method, threshold, 0, Double.NaN, Double.NaN, why);
    }

    public boolean available() {
        return notAvailable.isEmpty();
    }
}
