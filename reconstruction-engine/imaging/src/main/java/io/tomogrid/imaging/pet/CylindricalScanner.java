package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import java.io.Serializable;
import java.util.List;

/**
 * Rings of crystals on a cylinder, and the order of its sinograms. Scanner coordinates are millimetres from the centre, axes
 * parallel to LPS, z along the axis. Crystal c is at the angle {@code 2π(c + phase)/crystalsPerRing} from x towards y.
 *
 * <p>A sinogram is [views][radialBins][planes], planes fastest, segment after segment. The transaxial line (view v, radial
 * bin r) joins crystal {@code v + ⌊k/2⌋} to crystal {@code v + crystalsPerRing/2 − ⌊(k+1)/2⌋}, {@code k = r − radialBins/2}:
 * all of its planes share the same path in x and y.
 *
 * @param crystalsPerRing even
 * @param radiusMm where photons are taken to interact
 * @param ringPitchMm from a ring to the next
 * @param radialBins transaxial lines of one view, fewer than crystalsPerRing
 * @param segments of the planes, in their order
 * @param phase where the first crystal is, in crystals from the x axis; ½ unless a scanner says otherwise
 */
public record CylindricalScanner(
        int crystalsPerRing,
        double radiusMm,
        int rings,
        double ringPitchMm,
        int radialBins,
        List<AxialSegment> segments,
        double phase)
        implements Serializable {
    private static final int MOST_CRYSTALS = 1 << 14;
    private static final int MOST_RINGS = 1 << 12;
    private static final double LARGEST_MM = 1e4;
    private static final double SMALLEST_MM = 0.05;
    private static final double USUAL_PHASE = 0.5;

    public CylindricalScanner {
        segments = List.copyOf(segments);
        require(
                crystalsPerRing >= 4 && crystalsPerRing % 2 == 0 && crystalsPerRing <= MOST_CRYSTALS,
                "an even number of 4 to " + MOST_CRYSTALS + " crystals per ring, got " + crystalsPerRing);
        require(rings >= 1 && rings <= MOST_RINGS, "1 to " + MOST_RINGS + " rings, got " + rings);
        require(
                radialBins >= 1 && radialBins < crystalsPerRing,
                "1 to " + (crystalsPerRing - 1) + " radial bins, got " + radialBins);
        require(radiusMm >= 1 && radiusMm <= LARGEST_MM, "a radius of 1 mm to 10 m, got " + radiusMm + " mm");
        require(
                ringPitchMm >= SMALLEST_MM && ringPitchMm <= LARGEST_MM,
                "a ring pitch of 0.05 mm to 10 m, got " + ringPitchMm + " mm");
        require(!segments.isEmpty() && segments.size() < 2 * rings, "1 to " + (2 * rings - 1) + " segments");
        for (AxialSegment segment : segments) {
            require(
                    segment.planes() < 2 * rings && Math.abs(segment.ringDifference()) < rings,
                    "segments within " + rings + " rings, got " + segment);
        }
        require(Math.abs(phase) <= crystalsPerRing, "a phase of at most one turn, got " + phase + " crystals");
        long bins = (long) crystalsPerRing / 2 * radialBins * planes(segments);
        require(bins <= Integer.MAX_VALUE - 8, "fewer than 2^31 bins, got " + bins);
    }

    /** The x axis passes between two crystals. */
    public CylindricalScanner(
            int crystalsPerRing,
            double radiusMm,
            int rings,
            double ringPitchMm,
            int radialBins,
            List<AxialSegment> segments) {
        this(crystalsPerRing, radiusMm, rings, ringPitchMm, radialBins, segments, USUAL_PHASE);
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("scanner: expected " + expected);
        }
    }

    /** Ends of a line in the transaxial plane, scanner coordinates, mm: from the first crystal to the second. */
    public record TransaxialLine(double x0, double y0, double x1, double y1) {
        /** mm. */
        public double length() {
            return Math.hypot(x1 - x0, y1 - y0);
        }

        /** Distance of its straight extension from a point, mm. */
        public double distance(double x, double y) {
            return Math.abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length();
        }
    }

    /** Ends of a line of response, scanner coordinates, mm. */
    public record Lor(Vec3 first, Vec3 second) {}

    /** One for each pair of opposite crystals. */
    public int views() {
        return crystalsPerRing / 2;
    }

    /** Planes of all segments. */
    public int planes() {
        return planes(segments);
    }

    /** Transaxial lines of all views. */
    public int lines() {
        return views() * radialBins;
    }

    /** Values of a sinogram. */
    public int bins() {
        return lines() * planes();
    }

    public int firstCrystal(int view, int radial) {
        return Math.floorMod(view + Math.floorDiv(radial - radialBins / 2, 2), crystalsPerRing);
    }

    public int secondCrystal(int view, int radial) {
        int k = radial - radialBins / 2;
        return Math.floorMod(view + crystalsPerRing / 2 - Math.floorDiv(k + 1, 2), crystalsPerRing);
    }

    public TransaxialLine line(int view, int radial) {
        double first = angle(firstCrystal(view, radial));
        double second = angle(secondCrystal(view, radial));
        return new TransaxialLine(
                radiusMm * Math.cos(first),
                radiusMm * Math.sin(first),
                radiusMm * Math.cos(second),
                radiusMm * Math.sin(second));
    }

    /** @param plane of its segment */
    public Lor lor(TransaxialLine line, AxialSegment segment, int plane) {
        double middle = (plane - (segment.planes() - 1) / 2.0) * ringPitchMm / 2;
        double half = segment.ringDifference() * ringPitchMm / 2;
        return new Lor(new Vec3(line.x0(), line.y0(), middle - half), new Vec3(line.x1(), line.y1(), middle + half));
    }

    private double angle(int crystal) {
        return 2 * Math.PI * (crystal + phase) / crystalsPerRing;
    }

    private static int planes(List<AxialSegment> segments) {
        return segments.stream().mapToInt(AxialSegment::planes).sum();
    }
}
