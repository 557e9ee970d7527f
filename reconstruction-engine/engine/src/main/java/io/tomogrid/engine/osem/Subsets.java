package io.tomogrid.engine.osem;

import io.tomogrid.imaging.pet.CylindricalScanner;

/**
 * Emission data of a scanner, its views dealt out evenly to subsets.
 *
 * @param views of each subset, ascending and evenly spaced
 */
public record Subsets(CylindricalScanner scanner, EmissionData data, int[][] views) {
    /**
     * @param count into how many subsets the views are divided
     * @throws IllegalArgumentException unless the number divides the views, and the data are of the scanner
     */
    public static Subsets of(CylindricalScanner scanner, EmissionData data, int count) {
        int views = scanner.views();
        if (count < 1 || views % count != 0) {
            throw new IllegalArgumentException(
                    "OSEM: expected a number of subsets that divides " + views + " views, got " + count);
        }
        int additives = data.additive().length;
        if (data.counts().length != scanner.bins() || additives != scanner.lines() && additives != scanner.bins()) {
            throw new IllegalArgumentException("OSEM: expected " + scanner.bins() + " bins on " + scanner.lines()
                    + " lines, got " + data.counts().length + " on " + additives);
        }
        int[][] subsets = new int[count][views / count];
        for (int view = 0; view < views; view++) {
            subsets[view % count][view / count] = view;
        }
        return new Subsets(scanner, data, subsets);
    }

    public int count() {
        return views.length;
    }

    /** Lines of one subset. */
    public int lines() {
        return views[0].length * scanner.radialBins();
    }

    /** Bins of one subset. */
    public int bins() {
        return lines() * scanner.planes();
    }

    /** The part of a subset of what the whole scanner has: values of all bins, or of all lines. */
    public float[] part(float[] ofScanner, int subset) {
        int ofView = ofScanner.length / scanner.views();
        float[] part = new float[views[subset].length * ofView];
        for (int v = 0; v < views[subset].length; v++) {
            System.arraycopy(ofScanner, views[subset][v] * ofView, part, v * ofView, ofView);
        }
        return part;
    }

    /** View · radialBins + radial bin of a subset's line. */
    int scannerLine(int subset, int line) {
        int radialBins = scanner.radialBins();
        return views[subset][line / radialBins] * radialBins + line % radialBins;
    }
}
