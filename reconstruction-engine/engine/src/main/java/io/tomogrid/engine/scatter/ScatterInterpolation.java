package io.tomogrid.engine.scatter;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.scatter.SingleScatter.Sampling;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;

/**
 * From pairs of coarse detectors to the scanner's bins: linear in the angle and in the place along the axis of both ends.
 *
 * @param table of each pair of detectors, [angle·rings + ring] twice
 */
record ScatterInterpolation(CylindricalScanner scanner, Sampling sampling, double[] table) {
    /** Where a ring of detectors is, mm from the middle: the first and the last are the scanner's. */
    static double ringMm(CylindricalScanner scanner, Sampling sampling, int ring) {
        double half = (scanner.rings() - 1) / 2.0 * scanner.ringPitchMm();
        return sampling.rings() == 1 ? 0 : half * (2.0 * ring / (sampling.rings() - 1) - 1);
    }

    float[] bins(Parallel parallel) {
        float[] bins = new float[scanner.bins()];
        parallel.run(scanner.views(), view -> {
            double[] rings = new double[sampling.rings() * sampling.rings()];
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                line(view, radial, rings, bins);
            }
        });
        return bins;
    }

    private void line(int view, int radial, double[] rings, float[] bins) {
        CylindricalScanner.TransaxialLine line = scanner.line(view, radial);
        between(scanner.firstCrystal(view, radial), scanner.secondCrystal(view, radial), rings);
        int bin = (view * scanner.radialBins() + radial) * scanner.planes();
        double transaxial = line.length();
        for (AxialSegment segment : scanner.segments()) {
            for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                CylindricalScanner.Lor lor = scanner.lor(line, segment, plane);
                Vec3 way = lor.second().minus(lor.first());
                double distance = way.length();
                // both ends are seen at the same angle: half the chord's over the radius
                double cosine = transaxial * transaxial / (2 * scanner.radiusMm() * distance);
                double scatter = along(lor.first().z(), lor.second().z(), rings);
                bins[bin] = (float) (scatter * distance * distance / (cosine * cosine));
            }
        }
    }

    /** Interpolated in the angles of two crystals. @param rings OVERWRITTEN, [ring of the first][ring of the second] */
    private void between(int first, int second, double[] rings) {
        double a = turn(first) * sampling.angles();
        double b = turn(second) * sampling.angles();
        int lowerA = (int) a;
        int lowerB = (int) b;
        double u = a - lowerA;
        double v = b - lowerB;
        int detectors = sampling.angles() * sampling.rings();
        for (int r = 0, at = 0; r < sampling.rings(); r++) {
            int rowA = (lowerA * sampling.rings() + r) * detectors;
            int rowNext = ((lowerA + 1) % sampling.angles() * sampling.rings() + r) * detectors;
            for (int q = 0; q < sampling.rings(); q++, at++) {
                int columnB = lowerB * sampling.rings() + q;
                int columnNext = (lowerB + 1) % sampling.angles() * sampling.rings() + q;
                rings[at] = (1 - u) * ((1 - v) * table[rowA + columnB] + v * table[rowA + columnNext])
                        + u * ((1 - v) * table[rowNext + columnB] + v * table[rowNext + columnNext]);
            }
        }
    }

    /** Where a crystal is, from the x axis, as part of a turn: from 0, below 1. */
    private double turn(int crystal) {
        double turn = (crystal + scanner.phase()) / scanner.crystalsPerRing();
        return turn - Math.floor(turn);
    }

    private double along(double firstMm, double secondMm, double[] rings) {
        if (sampling.rings() == 1) {
            return rings[0];
        }
        double spacing = ringMm(scanner, sampling, 1) - ringMm(scanner, sampling, 0);
        if (!(spacing > 0)) {
            return rings[0];
        }
        double a = place(firstMm, spacing);
        double b = place(secondMm, spacing);
        int lowerA = Math.min(sampling.rings() - 2, (int) a);
        int lowerB = Math.min(sampling.rings() - 2, (int) b);
        double u = a - lowerA;
        double v = b - lowerB;
        int n = lowerA * sampling.rings() + lowerB;
        int next = n + sampling.rings();
        return (1 - u) * ((1 - v) * rings[n] + v * rings[n + 1]) + u * ((1 - v) * rings[next] + v * rings[next + 1]);
    }

    /** In rings of detectors from the first one; planes summed of several rings may end a little outside. */
    private double place(double mm, double spacing) {
        double place = (mm - ringMm(scanner, sampling, 0)) / spacing;
        return Math.max(0, Math.min(sampling.rings() - 1, place));
    }
}
