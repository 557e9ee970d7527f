package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CurvedScan;
import java.util.List;

/**
 * What {@link WeightedFbp} has before it filters, for whoever does the rest elsewhere: the scan rebinned to parallel beams.
 *
 * @param perTurn views of one turn, an even number @param firstT of the first bin, mm @param stepT of a bin, mm
 * @param weights [rows + 1], of the detector's rows, the last one twice
 * @param directions [perTurn][2]: cosine and sine
 * @param inside [ny][nx], 1 for columns of voxels that every view sees
 * @param parts one for each place of the focal spot
 */
public record HelixTables(
        int perTurn,
        double firstT,
        double stepT,
        int bins,
        int rows,
        RampTables ramp,
        float[] weights,
        double[][] directions,
        byte[] inside,
        List<Part> parts) {
    /**
     * The views with one place of the focal spot.
     *
     * @param sourceMm of the spot from the axis @param spotMm of the spot along the axis, from the focal centre
     * @param lengthMm of each bin, from the spot to the detector in the plane
     * @param firstView number of the first view, on from the one at the angle 0
     * @param views [views][bins][rows], the row fastest
     * @param spotZ [views][bins], mm
     */
    public record Part(
            double sourceMm, double spotMm, double[] lengthMm, int firstView, float[][] views, float[][] spotZ) {}

    public static HelixTables of(CurvedScan scan, CtGrid grid, Kernel kernel, Parallel parallel) {
        Rebinned rebinned = Rebinned.of(scan, parallel);
        double radius = WeightedFbp.fieldOfView(scan);
        byte[] inside = new byte[grid.nx() * grid.ny()];
        for (int j = 0, n = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++, n++) {
                inside[n] = (byte) (Math.hypot(grid.x(i), grid.y(j)) > radius ? 0 : 1);
            }
        }
        return new HelixTables(
                rebinned.perTurn(),
                rebinned.firstT(),
                rebinned.stepT(),
                rebinned.bins(),
                rebinned.rows(),
                new RampFilter(rebinned.bins(), rebinned.stepT(), kernel).tables(),
                WeightedFbp.rowWeights(rebinned.rows()),
                WeightedFbp.directions(rebinned.perTurn()),
                inside,
                rebinned.parts().stream()
                        .map(part -> new Part(
                                part.place().sourceMm(),
                                part.place().spot().z(),
                                part.lengthMm(),
                                part.firstView(),
                                part.views(),
                                part.spotZ()))
                        .toList());
    }
}
