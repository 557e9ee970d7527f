package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.Vec3;

/**
 * What is measured of one lesion. Places are centres of voxels but for the centroid; LPS mm.
 *
 * @param number 1 for the largest; its value in {@link Lesions#labels()}
 * @param voxels how many it has
 * @param mtvMl metabolic tumour volume: voxels × voxel volume, ml
 * @param suvMax largest SUV of its voxels
 * @param suvMaxAt where: the first such voxel in storage order
 * @param suvMean mean SUV of its voxels
 * @param suvPeak mean SUV of the hottest sphere of 1 ml about one of its voxels, see {@link PeakSphere}; NaN if the volume
 *     holds no such sphere
 * @param suvPeakAt the centre of that sphere; null where suvPeak is NaN
 * @param tlg total lesion glycolysis: SUVmean × MTV, g (at 1 g/ml)
 * @param centroid mean place of its voxels, unweighted
 */
public record Lesion(
        int number,
        int voxels,
        double mtvMl,
        double suvMax,
        Vec3 suvMaxAt,
        double suvMean,
        double suvPeak,
        Vec3 suvPeakAt,
        double tlg,
        Vec3 centroid) {}
