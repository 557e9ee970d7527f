package io.tomogrid.engine.scatter;

import io.tomogrid.imaging.pet.CylindricalScanner;

/**
 * Fits simulated scatter to the counts of lines beside the patient, where there are no trues: what was scattered more than once,
 * or came from outside the scanner, is scatter of nearly the same shape.
 *
 * @param factor for the simulated scatter
 * @param lines that were fitted to; 0 where there are too few counts, and the factor is 1
 */
public record TailScale(double factor, int lines) {
    private static final float CLEAR = 0.97f;
    /** Radial bins on either side that must be clear too: an image's edge is blurred. */
    private static final int MARGIN = 3;

    private static final double LEAST_COUNTS = 500;
    private static final double LEAST = 0.5;
    private static final double MOST = 2;

    /**
     * @param attenuation factors of all bins
     * @param scatter expected counts of all bins
     * @param background expected random counts of all lines, or of all bins
     */
    public static TailScale fit(
            CylindricalScanner scanner, float[] counts, float[] attenuation, float[] scatter, float[] background) {
        int planes = scanner.planes();
        int radialBins = scanner.radialBins();
        int perBackground = counts.length / background.length;
        double measured = 0;
        double simulated = 0;
        int lines = 0;
        for (int line = 0; line < scanner.lines(); line++) {
            int radial = line % radialBins;
            int from = Math.max(0, radial - MARGIN) - radial;
            int to = Math.min(radialBins - 1, radial + MARGIN) - radial;
            boolean some = false;
            for (int plane = 0; plane < planes; plane++) {
                boolean clear = true;
                for (int by = from; clear && by <= to; by++) {
                    clear = attenuation[(line + by) * planes + plane] > CLEAR;
                }
                if (clear) {
                    measured += counts[line * planes + plane] - background[(line * planes + plane) / perBackground];
                    simulated += scatter[line * planes + plane];
                    some = true;
                }
            }
            lines += some ? 1 : 0;
        }
        if (simulated < LEAST_COUNTS) {
            return new TailScale(1, 0);
        }
        return new TailScale(Math.max(LEAST, Math.min(MOST, measured / simulated)), lines);
    }
}
