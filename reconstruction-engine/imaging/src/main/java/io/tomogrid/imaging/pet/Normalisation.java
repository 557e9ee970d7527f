package io.tomogrid.imaging.pet;

import java.util.Arrays;

/**
 * How well the bins of a scanner see: the efficiency of a bin is that of its crystals and of its plane, multiplied.
 *
 * @param crystals efficiency of each crystal of a ring, the same for all rings
 * @param planes efficiency of each plane, in the order of the segments
 * @param stated whether they were measured, not only counted from the geometry
 */
public record Normalisation(float[] crystals, float[] planes, boolean stated) {
    public Normalisation(float[] crystals, float[] planes) {
        this(crystals, planes, true);
    }

    /** All planes see alike. */
    public static Normalisation ofCrystals(float[] crystals, CylindricalScanner scanner) {
        float[] planes = new float[scanner.planes()];
        Arrays.fill(planes, 1);
        return new Normalisation(crystals, planes);
    }

    /** Of the two crystals of a transaxial line. */
    public float pair(CylindricalScanner scanner, int view, int radial) {
        return crystals[scanner.firstCrystal(view, radial)] * crystals[scanner.secondCrystal(view, radial)];
    }

    /** Of the crystals of each [views][radialBins]. */
    public float[] lines(CylindricalScanner scanner) {
        float[] lines = new float[scanner.lines()];
        for (int line = 0; line < lines.length; line++) {
            lines[line] = pair(scanner, line / scanner.radialBins(), line % scanner.radialBins());
        }
        return lines;
    }

    /** Whether all planes see alike. */
    public boolean planesAlike() {
        for (float plane : planes) {
            if (plane != 1) {
                return false;
            }
        }
        return true;
    }

    /** Multiplies each bin of a sinogram by its efficiency. @param bins of the whole scanner, CHANGED */
    public void multiply(CylindricalScanner scanner, float[] bins) {
        for (int view = 0, bin = 0; view < scanner.views(); view++) {
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                float pair = pair(scanner, view, radial);
                for (float plane : planes) {
                    bins[bin++] *= pair * plane;
                }
            }
        }
    }
}
