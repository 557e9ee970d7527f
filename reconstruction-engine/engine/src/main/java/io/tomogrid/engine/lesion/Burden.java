package io.tomogrid.engine.lesion;

/**
 * All lesions together; a voxel that two of them claim counts once.
 *
 * @param mtvMl total metabolic tumour volume, ml; NaN where a lesion has none by this method
 * @param tlg total lesion glycolysis of these voxels, g; NaN likewise
 * @param notAvailable which lesions stand in the way; empty where there is a sum
 */
public record Burden(Delineation method, double mtvMl, double tlg, String notAvailable) {}
