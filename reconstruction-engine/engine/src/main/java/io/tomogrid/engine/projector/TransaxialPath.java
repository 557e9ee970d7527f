package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.CylindricalScanner.TransaxialLine;
import io.tomogrid.imaging.pet.PetGrid;

/**
 * The way of a transaxial line over a grid, after Joseph (1982): at each voxel row along its dominant direction the image is
 * interpolated linearly between two voxels of the other direction.
 *
 * @param alongY whether rows are counted in y, and columns in x
 * @param first first row whose centre lies on the line and inside or beside the grid
 * @param last last such row; below {@code first} when the line misses the grid
 * @param slope columns per row
 * @param offset column at row 0
 * @param startFraction how far along the line row 0 is: 0 at its first end, 1 at its second
 * @param stepFraction the same from a row to the next
 * @param stepMm length of the line from a row to the next
 */
public record TransaxialPath(
        boolean alongY,
        int first,
        int last,
        double slope,
        double offset,
        double startFraction,
        double stepFraction,
        double stepMm) {
    private static final double PARALLEL = 1e-12;

    static TransaxialPath of(TransaxialLine line, PetGrid grid) {
        double dx = line.x1() - line.x0();
        double dy = line.y1() - line.y0();
        boolean alongY = Math.abs(dy) > Math.abs(dx);
        int rows = alongY ? grid.ny() : grid.nx();
        int columns = alongY ? grid.nx() : grid.ny();
        double rowStart = (alongY ? line.y0() : line.x0()) / grid.voxelMm() + (rows - 1) / 2.0;
        double columnStart = (alongY ? line.x0() : line.y0()) / grid.voxelMm() + (columns - 1) / 2.0;
        double rowLength = (alongY ? dy : dx) / grid.voxelMm();
        double slope = (alongY ? dx : dy) / grid.voxelMm() / rowLength;
        double offset = columnStart - slope * rowStart;
        double lo = Math.max(0, Math.ceil(Math.min(rowStart, rowStart + rowLength)));
        double hi = Math.min(rows - 1, Math.floor(Math.max(rowStart, rowStart + rowLength)));
        if (Math.abs(slope) > PARALLEL) {
            double enters = (-1 - offset) / slope;
            double leaves = (columns - offset) / slope;
            lo = Math.max(lo, Math.ceil(Math.min(enters, leaves)));
            hi = Math.min(hi, Math.floor(Math.max(enters, leaves)));
        } else if (offset <= -1 || offset >= columns) {
            hi = -1;
        }
        return new TransaxialPath(
                alongY,
                (int) lo,
                (int) Math.max(hi, lo - 1),
                slope,
                offset,
                -rowStart / rowLength,
                1 / rowLength,
                line.length() / Math.abs(rowLength));
    }

    boolean meets(int row) {
        return row >= first && row <= last;
    }
}
