package io.tomogrid.imaging.pet;

import java.util.List;

/**
 * Which bin of a scanner's sinogram a pair of crystals falls into, when the planes are a michelogram.
 *
 * @param scanner whose segments are those of {@link AxialSegment#michelogram} of the span
 */
public record SinogramOrder(CylindricalScanner scanner, int span) {
    /** No bin: too far apart along the axis, or too far from the middle. */
    public static final int NONE = -1;

    /** All ring differences that a michelogram of the span has room for. */
    public static List<AxialSegment> segments(int rings, int span) {
        int oblique = 0;
        while ((oblique + 1) * span < rings && (oblique + 1) * span - span / 2 < rings) {
            oblique++;
        }
        return AxialSegment.michelogram(rings, span, 2 * oblique + 1);
    }

    /** Whether the second of two crystals of a ring is the first one of their line. */
    public boolean swapped(int first, int second) {
        return view(first, second) >= scanner.views();
    }

    /**
     * The bin of two crystals, in the order of their line.
     *
     * @param first crystal of its ring @param second likewise, see {@link #swapped}
     */
    public int bin(int first, int firstRing, int second, int secondRing) {
        int radial = radial(first, second) + scanner.radialBins() / 2;
        int segment = (int) Math.rint((double) (secondRing - firstRing) / span);
        int place = segment == 0 ? 0 : segment > 0 ? 2 * segment - 1 : -2 * segment;
        if (first == second
                || radial < 0
                || radial >= scanner.radialBins()
                || place >= scanner.segments().size()) {
            return NONE;
        }
        int plane = 0;
        for (int s = 0; s < place; s++) {
            plane += scanner.segments().get(s).planes();
        }
        int planes = scanner.segments().get(place).planes();
        int inSegment = firstRing + secondRing - (scanner.rings() - 1) + (planes - 1) / 2;
        if (inSegment < 0 || inSegment >= planes) {
            return NONE;
        }
        return (view(first, second) * scanner.radialBins() + radial) * scanner.planes() + plane + inSegment;
    }

    /** From the middle of a view, in radial bins. */
    private int radial(int first, int second) {
        int half = scanner.crystalsPerRing() / 2;
        return half - Math.floorMod(second - first, scanner.crystalsPerRing());
    }

    private int view(int first, int second) {
        return Math.floorMod(first - Math.floorDiv(radial(first, second), 2), scanner.crystalsPerRing());
    }
}
