package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Joseph's line integrals one line of response at a time, as projectors for any geometry compute them: the reference for
 * {@link PlaneJoseph} and what it is timed against. Back projection adds atomically, so its last bits vary.
 */
public final class LineJoseph implements Projector {
    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final Parallel parallel;

    public LineJoseph(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        this.scanner = scanner;
        this.grid = grid;
        this.parallel = parallel;
    }

    @Override
    public CylindricalScanner scanner() {
        return scanner;
    }

    @Override
    public PetGrid grid() {
        return grid;
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        parallel.run(views.length * scanner.radialBins(), line -> {
            int bin = line * scanner.planes();
            for (AxialSegment segment : scanner.segments()) {
                for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                    projections[bin] = integral(way(views, line, segment, plane), image);
                }
            }
        });
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        AtomicIntegerArray bits = new AtomicIntegerArray(image.length);
        parallel.run(views.length * scanner.radialBins(), line -> {
            int bin = line * scanner.planes();
            for (AxialSegment segment : scanner.segments()) {
                for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                    spread(way(views, line, segment, plane), projections[bin], bits);
                }
            }
        });
        for (int n = 0; n < image.length; n++) {
            image[n] = Float.intBitsToFloat(bits.get(n));
        }
    }

    /**
     * A line in voxel indices: at row r it is at column {@code column + columnStep·r} and slice {@code slice + sliceStep·r}.
     *
     * @param rowStride of the array, from a row to the next @param columnStride from a column to the next
     */
    private record Way(
            int first,
            int last,
            double column,
            double columnStep,
            double slice,
            double sliceStep,
            double stepMm,
            int columns,
            int rowStride,
            int columnStride) {}

    private Way way(int[] views, int line, AxialSegment segment, int plane) {
        int radialBins = scanner.radialBins();
        CylindricalScanner.Lor lor =
                scanner.lor(scanner.line(views[line / radialBins], line % radialBins), segment, plane);
        double x0 = lor.first().x() / grid.voxelMm() + (grid.nx() - 1) / 2.0;
        double y0 = lor.first().y() / grid.voxelMm() + (grid.ny() - 1) / 2.0;
        double z0 = lor.first().z() / grid.sliceMm() + (grid.nz() - 1) / 2.0;
        double dx = (lor.second().x() - lor.first().x()) / grid.voxelMm();
        double dy = (lor.second().y() - lor.first().y()) / grid.voxelMm();
        double dz = (lor.second().z() - lor.first().z()) / grid.sliceMm();
        double length = lor.second().minus(lor.first()).length();
        boolean alongY = Math.abs(dy) > Math.abs(dx);
        double row = alongY ? y0 : x0;
        double rows = alongY ? dy : dx;
        double columnStep = (alongY ? dx : dy) / rows;
        return new Way(
                (int) Math.max(0, Math.ceil(Math.min(row, row + rows))),
                (int) Math.min((alongY ? grid.ny() : grid.nx()) - 1, Math.floor(Math.max(row, row + rows))),
                (alongY ? x0 : y0) - columnStep * row,
                columnStep,
                z0 - dz / rows * row,
                dz / rows,
                length / Math.abs(rows),
                alongY ? grid.nx() : grid.ny(),
                alongY ? grid.nz() : grid.ny() * grid.nz(),
                alongY ? grid.ny() * grid.nz() : grid.nz());
    }

    private float integral(Way way, float[] image) {
        double sum = 0;
        for (int row = way.first; row <= way.last; row++) {
            double c = way.column + way.columnStep * row;
            double z = way.slice + way.sliceStep * row;
            int left = (int) Math.floor(c);
            int below = (int) Math.floor(z);
            if (left < -1 || left >= way.columns || below < -1 || below >= grid.nz()) {
                continue;
            }
            double right = c - left;
            double above = z - below;
            int at = row * way.rowStride + left * way.columnStride + below;
            if (left >= 0) {
                sum += (1 - right) * pair(image, at, below, above);
            }
            if (left < way.columns - 1) {
                sum += right * pair(image, at + way.columnStride, below, above);
            }
        }
        return (float) (sum * way.stepMm);
    }

    private double pair(float[] image, int at, int below, double above) {
        double lower = below >= 0 ? image[at] : 0;
        double upper = below < grid.nz() - 1 ? image[at + 1] : 0;
        return (1 - above) * lower + above * upper;
    }

    private void spread(Way way, double value, AtomicIntegerArray bits) {
        for (int row = way.first; row <= way.last; row++) {
            double c = way.column + way.columnStep * row;
            double z = way.slice + way.sliceStep * row;
            int left = (int) Math.floor(c);
            int below = (int) Math.floor(z);
            if (left < -1 || left >= way.columns || below < -1 || below >= grid.nz()) {
                continue;
            }
            double right = c - left;
            double above = z - below;
            int at = row * way.rowStride + left * way.columnStride + below;
            double part = value * way.stepMm;
            if (left >= 0) {
                spreadPair(bits, at, below, above, (1 - right) * part);
            }
            if (left < way.columns - 1) {
                spreadPair(bits, at + way.columnStride, below, above, right * part);
            }
        }
    }

    private void spreadPair(AtomicIntegerArray bits, int at, int below, double above, double value) {
        if (below >= 0) {
            add(bits, at, (float) ((1 - above) * value));
        }
        if (below < grid.nz() - 1) {
            add(bits, at + 1, (float) (above * value));
        }
    }

    private static void add(AtomicIntegerArray bits, int voxel, float value) {
        int before = bits.getPlain(voxel);
        int found;
        do {
            found = before;
            int after = Float.floatToRawIntBits(Float.intBitsToFloat(found) + value);
            before = bits.compareAndExchange(voxel, found, after);
        } while (before != found);
    }
}
