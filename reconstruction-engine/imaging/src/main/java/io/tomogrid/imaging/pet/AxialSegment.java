package io.tomogrid.imaging.pet;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of response of one obliqueness. Plane p crosses the scanner's axis at {@code (p − (planes − 1)/2)·pitch/2}; its end on
 * the second crystal lies {@code ringDifference·pitch} above the one on the first.
 *
 * @param planes number of planes, half a ring pitch apart
 * @param ringDifference mean over the ring pairs that are summed into a plane
 */
public record AxialSegment(int planes, double ringDifference) implements Serializable {
    public AxialSegment {
        if (planes < 1 || !Double.isFinite(ringDifference)) {
            throw new IllegalArgumentException("segment: expected at least 1 plane and a finite ring difference, got "
                    + planes + " and " + ringDifference);
        }
    }

    /**
     * The michelogram of a span: segment 0, then +1, −1, +2, … as far as every ring difference of a segment occurs.
     *
     * @param span odd, at least 3: how many ring differences are summed into a segment
     * @param segments odd: how many of them
     */
    public static List<AxialSegment> michelogram(int rings, int span, int segments) {
        if (rings < 1 || span < 3 || span % 2 == 0 || segments < 1 || segments % 2 == 0) {
            throw new IllegalArgumentException("michelogram: expected an odd span of at least 3 and an odd number of"
                    + " segments, got span " + span + ", " + segments + " segments, " + rings + " rings");
        }
        List<AxialSegment> all = new ArrayList<>();
        all.add(new AxialSegment(2 * rings - 1, 0));
        for (int s = 1; s <= segments / 2; s++) {
            int nearest = s * span - span / 2;
            int planes = 2 * (rings - nearest) - 1;
            if (planes < 1) {
                throw new IllegalArgumentException("michelogram: " + segments + " segments of span " + span
                        + " need more than " + rings + " rings");
            }
            all.add(new AxialSegment(planes, s * span));
            all.add(new AxialSegment(planes, -s * span));
        }
        return List.copyOf(all);
    }
}
