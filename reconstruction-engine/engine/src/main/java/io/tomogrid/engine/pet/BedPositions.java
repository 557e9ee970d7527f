package io.tomogrid.engine.pet;

import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.PetScan;

/**
 * One image of several bed positions. Where two overlap, slices are averaged with weights that fall to the ends of a scanner as
 * its sensitivity does.
 *
 * @param grid all positions together, centred between the outermost ones
 * @param first slice of the whole that each frame begins at
 * @param slices of one frame
 */
public record BedPositions(PetGrid grid, int[] first, int slices) {
    /** @param grid of one frame */
    public static BedPositions of(PetScan scan, PetGrid grid) {
        int frames = scan.frames().size();
        int[] first = new int[frames];
        double lowest = scan.frames().stream()
                .mapToDouble(frame -> frame.centre().z())
                .min()
                .orElseThrow();
        int most = 0;
        for (int n = 0; n < frames; n++) {
            first[n] = (int) Math.round((scan.frames().get(n).centre().z() - lowest) / grid.sliceMm());
            most = Math.max(most, first[n]);
        }
        return new BedPositions(
                new PetGrid(grid.nx(), grid.ny(), most + grid.nz(), grid.voxelMm(), grid.sliceMm()), first, grid.nz());
    }

    /** The frame that weighs most in a slice of the whole; of equal ones the first. */
    public int frame(int slice) {
        int best = -1;
        for (int n = 0; n < first.length; n++) {
            if (weight(n, slice) > (best < 0 ? 0 : weight(best, slice))) {
                best = n;
            }
        }
        return best;
    }

    /** Of a frame in a slice of the whole: 0 where it does not reach. */
    double weight(int frame, int slice) {
        int k = slice - first[frame];
        return k < 0 || k >= slices ? 0 : Math.min(k + 1, slices - k);
    }

    /** @param images of the frames, all of one unit, in the order of a frame's grid */
    public float[] together(float[][] images) {
        float[] whole = new float[grid.voxels()];
        int columns = grid.nx() * grid.ny();
        for (int slice = 0; slice < grid.nz(); slice++) {
            double weights = 0;
            for (int n = 0; n < first.length; n++) {
                weights += weight(n, slice);
            }
            for (int n = 0; n < first.length; n++) {
                double weight = weight(n, slice) / weights;
                if (weight > 0) {
                    for (int column = 0; column < columns; column++) {
                        whole[column * grid.nz() + slice] +=
                                (float) (weight * images[n][column * slices + slice - first[n]]);
                    }
                }
            }
        }
        return whole;
    }
}
