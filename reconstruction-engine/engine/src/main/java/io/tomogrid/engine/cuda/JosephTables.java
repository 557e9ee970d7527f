package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.TransaxialPath;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernels of {@code joseph.cuh} look up, computed once for a scanner and a grid.
 *
 * @param courses [lines][4]: slope, offset, startFraction, stepFraction of {@link TransaxialPath}
 * @param rows [lines][3]: its first and last row, and 1 where rows are counted in y
 * @param steps [lines][segments], mm
 * @param slices [segments][2]: firstSlice, slicesAlong of {@link PlaneGeometry}
 * @param planes [segments][2]: first plane within the line, number of planes
 * @param chunks [chunks][2]: segment, first plane within it
 * @param crossing for rows in x and in y [views][rows][tiles of a row]: radial bins that may cross a tile,
 *     {@code first | end << 16}
 */
record JosephTables(
        double[] courses, int[] rows, float[] steps, double[] slices, int[] planes, int[] chunks, int[][] crossing) {
    /** Planes of a chunk, and columns of a tile: CHUNK and COLUMNS of {@code joseph.cuh}. */
    private static final int CHUNK = 128;

    private static final int COLUMNS = 4;
    /** An empty range that any radial bin makes larger. */
    private static final int NOBODY = 0xffff;

    static JosephTables of(PlaneGeometry geometry, Parallel parallel) {
        CylindricalScanner scanner = geometry.scanner();
        int lines = scanner.lines();
        int segments = scanner.segments().size();
        double[] courses = new double[4 * lines];
        int[] rows = new int[3 * lines];
        float[] steps = new float[lines * segments];
        for (int line = 0; line < lines; line++) {
            TransaxialPath path = geometry.path(line);
            courses[4 * line] = path.slope();
            courses[4 * line + 1] = path.offset();
            courses[4 * line + 2] = path.startFraction();
            courses[4 * line + 3] = path.stepFraction();
            rows[3 * line] = path.first();
            rows[3 * line + 1] = path.last();
            rows[3 * line + 2] = path.alongY() ? 1 : 0;
            for (int s = 0; s < segments; s++) {
                steps[line * segments + s] = geometry.stepMm(path, s);
            }
        }
        double[] slices = new double[2 * segments];
        int[] planes = new int[2 * segments];
        List<Integer> chunks = new ArrayList<>();
        int plane = 0;
        for (int s = 0; s < segments; s++) {
            AxialSegment segment = scanner.segments().get(s);
            slices[2 * s] = geometry.firstSlice(s);
            slices[2 * s + 1] = geometry.slicesAlong(s);
            planes[2 * s] = plane;
            planes[2 * s + 1] = segment.planes();
            for (int first = 0; first < segment.planes(); first += CHUNK) {
                chunks.add(s);
                chunks.add(first);
            }
            plane += segment.planes();
        }
        return new JosephTables(
                courses,
                rows,
                steps,
                slices,
                planes,
                chunks.stream().mapToInt(n -> n).toArray(),
                new int[][] {crossing(geometry, false, parallel), crossing(geometry, true, parallel)});
    }

    /** Tiles of a row of the grid. */
    static int tiles(PetGrid grid, boolean alongY) {
        return ((alongY ? grid.nx() : grid.ny()) + COLUMNS - 1) / COLUMNS;
    }

    /** Threads for all slices of a tile. */
    static int threadsOfTile(PetGrid grid) {
        return (grid.nz() + CHUNK - 1) / CHUNK * Kernels.LANES;
    }

    private static int[] crossing(PlaneGeometry geometry, boolean alongY, Parallel parallel) {
        CylindricalScanner scanner = geometry.scanner();
        PetGrid grid = geometry.grid();
        int columns = alongY ? grid.nx() : grid.ny();
        int tiles = tiles(grid, alongY);
        int ofView = (alongY ? grid.ny() : grid.nx()) * tiles;
        int[] crossing = new int[scanner.views() * ofView];
        Arrays.fill(crossing, NOBODY);
        parallel.run(scanner.views(), view -> {
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                TransaxialPath path = geometry.path(view * scanner.radialBins() + radial);
                for (int row = path.first(); path.alongY() == alongY && row <= path.last(); row++) {
                    int left = (int) Math.floor(path.slope() * row + path.offset());
                    int first = Math.max(0, left) / COLUMNS;
                    int last = Math.min(columns - 1, left + 1) / COLUMNS;
                    for (int tile = first; left >= -1 && left < columns && tile <= last; tile++) {
                        int at = view * ofView + row * tiles + tile;
                        int from = Math.min(crossing[at] & NOBODY, radial);
                        crossing[at] = from | (radial + 1) << 16;
                    }
                }
            }
        });
        return crossing;
    }
}
