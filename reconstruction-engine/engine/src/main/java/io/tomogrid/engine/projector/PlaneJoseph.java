package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;

/**
 * Joseph's line integrals for all planes of a transaxial line at once. The result has the same bits for any number of threads.
 */
public final class PlaneJoseph implements Projector {
    /* All planes of a (view, radial bin) share one path in x and y. So the image is interpolated between two voxel columns
     * once per step; then each segment is a sum of two neighbours of that column with weights that are constant over the
     * segment, a loop over contiguous planes that the compiler vectorises. Needs slices half a ring pitch apart.
     *
     * Back projection runs in parallel over voxel rows: a row gathers from every line that crosses it, in the order of the
     * lines, so there are no atomics and the order of summation does not depend on the threads.
     *
     * The column is padded, so that planes whose line leaves the grid axially read zeros, and write where nobody looks. */

    private static final int LINES_PER_PART = 16;

    private final PlaneGeometry geometry;
    private final Parallel parallel;

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    public PlaneJoseph(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        this.geometry = new PlaneGeometry(scanner, grid);
        this.parallel = parallel;
    }

    @Override
    public CylindricalScanner scanner() {
        return geometry.scanner();
    }

    @Override
    public PetGrid grid() {
        return geometry.grid();
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        int lines = views.length * scanner().radialBins();
        int planesOfLine = scanner().planes();
        parallel.run((lines + LINES_PER_PART - 1) / LINES_PER_PART, part -> {
            PlaneForward forward = new PlaneForward(geometry);
            int end = Math.min(lines, (part + 1) * LINES_PER_PART);
            for (int line = part * LINES_PER_PART; line < end; line++) {
                forward.project(image, geometry.line(views, line), projections, line * planesOfLine);
            }
        });
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        Arrays.fill(image, 0);
        int lines = views.length * scanner().radialBins();
        // rows in x and rows in y cross each other, so one kind after the other
        for (boolean alongY : new boolean[] {false, true}) {
            int rows = alongY ? grid().ny() : grid().nx();
            parallel.run((rows + PlaneBack.ROWS - 1) / PlaneBack.ROWS, part -> {
                PlaneBack back = new PlaneBack(geometry, alongY, part * PlaneBack.ROWS);
                back.add(projections, views, lines, image);
            });
        }
    }
}
