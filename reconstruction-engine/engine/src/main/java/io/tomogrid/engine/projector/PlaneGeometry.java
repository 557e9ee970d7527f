package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

/**
 * What the planes of a transaxial line share: its path over the grid, and for each segment at which slices its planes are along
 * it. Plane p of a segment is at slice {@code firstSlice + slicesAlong·(fraction − ½) + p}, fraction being how far along the
 * line it is, 0 at its first end and 1 at its second.
 */
public final class PlaneGeometry {
    private static final double SPACING_TOLERANCE = 1e-6;

    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final TransaxialPath[] paths;
    final int[] planes;
    final double[] firstSlice;
    final double[] slicesAlong;
    /** Slices beyond the grid that planes reach on either side, at most, and one more. */
    final int padding;

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    public PlaneGeometry(CylindricalScanner scanner, PetGrid grid) {
        double half = scanner.ringPitchMm() / 2;
        if (Math.abs(grid.sliceMm() - half) > SPACING_TOLERANCE * half) {
            throw new IllegalArgumentException(
                    "projector: expected slices half a ring pitch apart, " + half + " mm, got " + grid.sliceMm());
        }
        this.scanner = scanner;
        this.grid = grid;
        int segments = scanner.segments().size();
        planes = new int[segments];
        firstSlice = new double[segments];
        slicesAlong = new double[segments];
        int beyond = 0;
        for (int s = 0; s < segments; s++) {
            AxialSegment segment = scanner.segments().get(s);
            planes[s] = segment.planes();
            firstSlice[s] = (grid.nz() - segment.planes()) / 2.0;
            slicesAlong[s] = 2 * segment.ringDifference();
            beyond = Math.max(beyond, (int) Math.ceil(Math.abs(segment.ringDifference()) - firstSlice[s]));
        }
        padding = beyond + 2;
        paths = new TransaxialPath[scanner.lines()];
        for (int line = 0; line < paths.length; line++) {
            paths[line] =
                    TransaxialPath.of(scanner.line(line / scanner.radialBins(), line % scanner.radialBins()), grid);
        }
    }

    public CylindricalScanner scanner() {
        return scanner;
    }

    public PetGrid grid() {
        return grid;
    }

    /** @param line view · radialBins + radial bin */
    public TransaxialPath path(int line) {
        return paths[line];
    }

    /** The path of a line of some views. @param line place in views · radialBins + radial bin */
    TransaxialPath path(int[] views, int line) {
        int radialBins = scanner.radialBins();
        return paths[views[line / radialBins] * radialBins + line % radialBins];
    }

    public double firstSlice(int segment) {
        return firstSlice[segment];
    }

    public double slicesAlong(int segment) {
        return slicesAlong[segment];
    }

    /** Length of a line of the segment from a row to the next, mm. */
    public float stepMm(TransaxialPath path, int segment) {
        double axial = slicesAlong[segment] * grid.sliceMm() * path.stepFraction();
        return (float) Math.sqrt(path.stepMm() * path.stepMm() + axial * axial);
    }
}
