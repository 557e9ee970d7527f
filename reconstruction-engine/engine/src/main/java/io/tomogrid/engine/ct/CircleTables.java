package io.tomogrid.engine.ct;

import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;

/**
 * What {@link Fdk} computes once for a scan and a grid, for whoever does the rest elsewhere.
 *
 * @param weights [views][columns]: redundancy, angle of a view and distance of the detector, to be divided by the length of
 *     the ray
 * @param directions [views][2]: cosine and sine of the view's angle
 * @param fourfold whether views and voxels a quarter of a turn apart share their places
 */
public record CircleTables(
        FlatScan scan, CtGrid grid, RampTables ramp, double[] weights, double[] directions, boolean fourfold) {
    public static CircleTables of(FlatScan scan, CtGrid grid, Kernel kernel) {
        int views = scan.projections().length;
        ParkerWeights redundancy = new ParkerWeights(scan);
        double step = Math.abs(scan.angleStep());
        double[] weights = new double[views * scan.columns()];
        double[] directions = new double[2 * views];
        for (int view = 0, n = 0; view < views; view++) {
            directions[2 * view] = Math.cos(scan.angle(view));
            directions[2 * view + 1] = Math.sin(scan.angle(view));
            for (int c = 0; c < scan.columns(); c++, n++) {
                weights[n] = redundancy.of(view, c) * step * scan.detectorMm();
            }
        }
        return new CircleTables(
                scan, grid, Fdk.ramp(scan, kernel).tables(), weights, directions, Fdk.fourfold(scan, grid));
    }
}
