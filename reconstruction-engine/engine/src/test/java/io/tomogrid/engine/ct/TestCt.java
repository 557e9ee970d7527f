package io.tomogrid.engine.ct;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import io.tomogrid.imaging.pet.Solid;
import java.util.List;

/** A small scanner, and what is looked at in its images. */
final class TestCt {
    static final double SOURCE_MM = 595;
    /** 16 rows of 1.6 mm at the axis, a field of view 250 mm wide. */
    static final CurvedDetector DETECTOR = new CurvedDetector(144, 16, 3.3, 2.9, 1085.6, 71.75, 7.5);

    static final int PER_TURN = 192;
    static final double PITCH_MM = 20;

    private TestCt() {}

    /** @param turns of a helix about z = 0 */
    static CurvedScan helix(double turns, List<CtView.Spot> spots, CtPhantom phantom) {
        int views = (int) (turns * PER_TURN);
        return SimulatedCt.curved(
                DETECTOR,
                SimulatedCt.views(views, PER_TURN, -turns / 2 * PITCH_MM, PITCH_MM, SOURCE_MM, spots),
                phantom);
    }

    static CurvedScan helix(double turns, CtPhantom phantom) {
        return helix(turns, List.of(CtView.Spot.CENTRE), phantom);
    }

    static CtPhantom water(double radius) {
        return new CtPhantom(
                List.of(CtPhantom.part(new Solid.Cylinder(new Vec3(0, 0, 0), radius, radius, 1000), 0, -1000)));
    }

    static CtPhantom ball(Vec3 centre, double diameter) {
        return new CtPhantom(List.of(CtPhantom.part(Solid.Ellipsoid.sphere(centre, diameter), 0, -1000)));
    }

    /** A full turn of so many views, or a short scan with half the views and some. */
    static FlatScan flat(int columns, int rows, int views, double turn) {
        return new FlatScan(
                columns,
                rows,
                300.0 * 1.5 / columns,
                300.0 * 1.5 / columns,
                600,
                900,
                0.3,
                2 * Math.PI * turn / views,
                new float[views][columns * rows]);
    }

    /** Mean over the voxels whose centres lie in a cylinder along z, slices first to last. */
    static double mean(float[] image, CtGrid grid, double x, double y, double radius, int first, int last) {
        double sum = 0;
        int count = 0;
        for (int j = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++) {
                if (Math.hypot(grid.x(i) - x, grid.y(j) - y) <= radius) {
                    for (int k = first; k <= last; k++) {
                        sum += image[grid.index(i, j, k)];
                        count++;
                    }
                }
            }
        }
        return sum / count;
    }

    /** Centre of gravity of what lies in a sphere. */
    static Vec3 centre(float[] image, CtGrid grid, Vec3 about, double radius) {
        Vec3 sum = new Vec3(0, 0, 0);
        double mass = 0;
        for (int j = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++) {
                for (int k = 0; k < grid.nz(); k++) {
                    Vec3 at = new Vec3(grid.x(i), grid.y(j), grid.z(k));
                    if (at.minus(about).length() <= radius) {
                        float value = image[grid.index(i, j, k)];
                        sum = sum.plus(at.times(value));
                        mass += value;
                    }
                }
            }
        }
        return sum.times(1 / mass);
    }
}
