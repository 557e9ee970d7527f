package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;

/**
 * Line integrals by time of flight for all planes of a transaxial line at once. Projections are [views][radialBins][bins of time
 * of flight][planes], planes fastest. The result has the same bits for any number of threads.
 */
public final class TofPlaneJoseph implements TofProjector {
    /* As in PlaneJoseph; the planes of a segment share the weights of time of flight too. A row of the image is spread over the
     * few bins that its distance from the middle of the line may be measured in. */

    private static final int LINES_PER_PART = 16;
    private static final int ROWS_PER_PART = 4;

    private final PlaneGeometry geometry;
    private final TofBins bins;
    private final TofKernel kernel;
    private final Parallel parallel;
    /** [lines]: length of the transaxial line, mm. */
    private final double[] lengths;

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    public TofPlaneJoseph(CylindricalScanner scanner, PetGrid grid, TofBins bins, Parallel parallel) {
        this.geometry = new PlaneGeometry(scanner, grid);
        this.bins = bins;
        this.kernel = new TofKernel(bins);
        this.parallel = parallel;
        this.lengths = new double[scanner.lines()];
        for (int line = 0; line < lengths.length; line++) {
            lengths[line] = scanner.line(line / scanner.radialBins(), line % scanner.radialBins())
                    .length();
        }
    }

    @Override
    public int values(int views) {
        return Math.multiplyExact(
                views * geometry.scanner().radialBins() * geometry.scanner().planes(), bins.count());
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        int lines = views.length * geometry.scanner().radialBins();
        int perLine = geometry.scanner().planes() * bins.count();
        parallel.run((lines + LINES_PER_PART - 1) / LINES_PER_PART, part -> {
            var scratch = new Scratch(geometry);
            for (int line = part * LINES_PER_PART; line < Math.min(lines, (part + 1) * LINES_PER_PART); line++) {
                Arrays.fill(projections, line * perLine, (line + 1) * perLine, 0);
                forward(image, geometry.line(views, line), scratch, projections, line * perLine);
            }
        });
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        Arrays.fill(image, 0);
        int lines = views.length * geometry.scanner().radialBins();
        int perLine = geometry.scanner().planes() * bins.count();
        for (boolean alongY : new boolean[] {false, true}) {
            int rows = alongY ? geometry.grid().ny() : geometry.grid().nx();
            parallel.run((rows + ROWS_PER_PART - 1) / ROWS_PER_PART, part -> {
                var scratch = new Scratch(geometry);
                int end = Math.min(rows, (part + 1) * ROWS_PER_PART);
                for (int line = 0; line < lines; line++) {
                    int ofScanner = geometry.line(views, line);
                    TransaxialPath path = geometry.path(ofScanner);
                    if (path.alongY() == alongY) {
                        int last = Math.min(path.last(), end - 1);
                        for (int row = Math.max(path.first(), part * ROWS_PER_PART); row <= last; row++) {
                            back(projections, line * perLine, ofScanner, row, scratch, image);
                        }
                    }
                }
            });
        }
    }

    /** The padded column of a row, and the planes of one segment along it. */
    private static final class Scratch {
        final float[] column;
        final float[] planes;

        Scratch(PlaneGeometry geometry) {
            column = new float[geometry.grid().nz() + 2 * geometry.padding];
            planes = new float[geometry.scanner().planes()];
        }
    }

    private void forward(float[] image, int line, Scratch scratch, float[] out, int from) {
        TransaxialPath path = geometry.path(line);
        int nz = geometry.grid().nz();
        int columns = path.alongY() ? geometry.grid().nx() : geometry.grid().ny();
        int planesOfLine = geometry.scanner().planes();
        for (int row = path.first(); row <= path.last(); row++) {
            double at = path.slope() * row + path.offset();
            int left = (int) Math.floor(at);
            float right = (float) (at - left);
            Arrays.fill(scratch.column, 0);
            if (left >= 0 && left < columns) {
                add(scratch.column, geometry.padding, image, geometry.start(path, row, left), nz, 1 - right);
            }
            if (left >= -1 && left < columns - 1) {
                add(scratch.column, geometry.padding, image, geometry.start(path, row, left + 1), nz, right);
            }
            double along = path.startFraction() + path.stepFraction() * row - 0.5;
            for (int s = 0, p = 0; s < geometry.planes.length; p += geometry.planes[s++]) {
                int count = geometry.planes[s];
                double slice = geometry.firstSlice[s] + geometry.slicesAlong[s] * along;
                int below = (int) Math.floor(slice);
                float above = (float) (slice - below);
                int first = geometry.padding + below;
                Arrays.fill(scratch.planes, 0, count, 0);
                add(scratch.planes, 0, scratch.column, first, count, 1 - above);
                add(scratch.planes, 0, scratch.column, first + 1, count, above);
                double mm = along * length(line, s);
                float step = geometry.stepMm(line, s);
                for (int bin = kernel.first(mm); bin <= kernel.last(mm); bin++) {
                    float weight = (float) (kernel.weight(bin, mm) * step);
                    add(out, from + bin * planesOfLine + p, scratch.planes, 0, count, weight);
                }
            }
        }
    }

    private void back(float[] in, int from, int line, int row, Scratch scratch, float[] image) {
        TransaxialPath path = geometry.path(line);
        int nz = geometry.grid().nz();
        int columns = path.alongY() ? geometry.grid().nx() : geometry.grid().ny();
        int planesOfLine = geometry.scanner().planes();
        Arrays.fill(scratch.column, 0);
        double along = path.startFraction() + path.stepFraction() * row - 0.5;
        for (int s = 0, p = 0; s < geometry.planes.length; p += geometry.planes[s++]) {
            int count = geometry.planes[s];
            double mm = along * length(line, s);
            float step = geometry.stepMm(line, s);
            Arrays.fill(scratch.planes, 0, count, 0);
            for (int bin = kernel.first(mm); bin <= kernel.last(mm); bin++) {
                float weight = (float) (kernel.weight(bin, mm) * step);
                add(scratch.planes, 0, in, from + bin * planesOfLine + p, count, weight);
            }
            double slice = geometry.firstSlice[s] + geometry.slicesAlong[s] * along;
            int below = (int) Math.floor(slice);
            float above = (float) (slice - below);
            int first = geometry.padding + below;
            add(scratch.column, first, scratch.planes, 0, count, 1 - above);
            add(scratch.column, first + 1, scratch.planes, 0, count, above);
        }
        double at = path.slope() * row + path.offset();
        int left = (int) Math.floor(at);
        float right = (float) (at - left);
        if (left >= 0 && left < columns) {
            add(image, geometry.start(path, row, left), scratch.column, geometry.padding, nz, 1 - right);
        }
        if (left >= -1 && left < columns - 1) {
            add(image, geometry.start(path, row, left + 1), scratch.column, geometry.padding, nz, right);
        }
    }

    /** Of a line of a segment, mm. */
    private double length(int line, int segment) {
        double axial = geometry.slicesAlong[segment] * geometry.grid().sliceMm();
        return Math.sqrt(lengths[line] * lengths[line] + axial * axial);
    }

    private static void add(float[] out, int to, float[] in, int from, int count, float weight) {
        for (int n = 0; n < count; n++) {
            out[to + n] += weight * in[from + n];
        }
    }

    private void check(float[] image, int[] views, float[] projections) {
        if (image.length != geometry.grid().voxels() || projections.length != values(views.length)) {
            throw new IllegalArgumentException(
                    "projector: expected " + geometry.grid().voxels() + " voxels and " + values(views.length)
                            + " projections, got " + image.length + " and " + projections.length);
        }
        for (int view : views) {
            if (view < 0 || view >= geometry.scanner().views()) {
                throw new IllegalArgumentException(
                        "projector: expected views 0 to " + (geometry.scanner().views() - 1) + ", got " + view);
            }
        }
    }
}
