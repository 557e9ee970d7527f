package io.tomogrid.imaging.ct;

import java.util.List;

/**
 * A helical scan to show and test reconstruction with: three turns over the quality phantom with a focal spot that flies
 * along the fan and along the axis, 10^5 photons for each element in air.
 */
public final class ExampleCt {
    /** 16 rows of 1.2 mm at the axis; a field of view 246 mm wide; an offset of a quarter of a column. */
    public static final CurvedDetector DETECTOR = new CurvedDetector(240, 16, 1.9, 2.2, 1085.6, 119.25, 7.5);

    public static final double SOURCE_MM = 595;
    public static final int PER_TURN = 360;
    public static final int VIEWS = 3 * PER_TURN;
    public static final double FEED_MM = 19.2;
    public static final double CENTRE_Z = -420;
    public static final CtPhantom PHANTOM = CtPhantom.quality(CENTRE_Z, 400);

    private static final double PHOTONS = 1e5;
    private static final List<CtView.Spot> SPOTS =
            List.of(new CtView.Spot(0.0008, 0.3, -2), new CtView.Spot(-0.0008, -0.3, 2));

    private ExampleCt() {}

    public static CurvedScan measured(long seed) {
        double first = CENTRE_Z - FEED_MM * VIEWS / PER_TURN / 2;
        List<CtView> views = SimulatedCt.views(VIEWS, PER_TURN, first, FEED_MM, SOURCE_MM, SPOTS);
        CurvedScan exact = SimulatedCt.curved(DETECTOR, views, PHANTOM);
        return new CurvedScan(DETECTOR, views, SimulatedCt.noisy(exact.projections(), PHOTONS, seed));
    }
}
