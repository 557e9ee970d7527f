package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.TofBins;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What projections by time of flight look up, for whoever computes them elsewhere.
 *
 * @param widthMm of a bin @param reachMm how far from where it is an annihilation may be measured
 * @param placePerMm how far it moves in a table for a mm @param before bins before the middle of a line
 * @param tables [bins][2]: where a bin's table begins in {@code values}, and how long it is
 * @param places [bins]: where in a bin's table an annihilation in the middle of the line is
 * @param reaches [bins][2]: from where to where on a line what a bin measures may be, mm from its middle
 */
public record TofTables(
        double widthMm,
        double reachMm,
        double placePerMm,
        double before,
        int[] tables,
        double[] places,
        double[] reaches,
        float[] values) {
    public static TofTables of(TofBins bins) {
        TofKernel kernel = new TofKernel(bins);
        int[] tables = new int[2 * bins.count()];
        double[] places = new double[bins.count()];
        double[] reaches = new double[2 * bins.count()];
        Map<float[], Integer> starts = new IdentityHashMap<>();
        float[] values = {};
        for (int bin = 0; bin < bins.count(); bin++) {
            float[] table = kernel.table(bin);
            Integer start = starts.get(table);
            if (start == null) {
                start = values.length;
                starts.put(table, start);
                values = java.util.Arrays.copyOf(values, start + table.length);
                System.arraycopy(table, 0, values, start, table.length);
            }
            tables[2 * bin] = start;
            tables[2 * bin + 1] = table.length;
            places[bin] = kernel.place(bin);
            reaches[2 * bin] = kernel.from(bin);
            reaches[2 * bin + 1] = kernel.to(bin);
        }
        return new TofTables(
                bins.widthMm(),
                kernel.reachMm(),
                kernel.placePerMm(),
                bins.count() / 2.0,
                tables,
                places,
                reaches,
                values);
    }

    /** [lines][segments]: length of the scanner's lines, mm. */
    public static double[] lengths(PlaneGeometry geometry) {
        CylindricalScanner scanner = geometry.scanner();
        int segments = scanner.segments().size();
        double[] lengths = new double[scanner.lines() * segments];
        for (int line = 0; line < scanner.lines(); line++) {
            double across = scanner.line(line / scanner.radialBins(), line % scanner.radialBins())
                    .length();
            for (int segment = 0; segment < segments; segment++) {
                double axial = geometry.slicesAlong(segment) * geometry.grid().sliceMm();
                lengths[line * segments + segment] = Math.sqrt(across * across + axial * axial);
            }
        }
        return lengths;
    }
}
