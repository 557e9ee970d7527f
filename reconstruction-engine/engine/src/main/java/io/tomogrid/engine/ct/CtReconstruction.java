package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;

/**
 * From a scan to a CT image in Hounsfield units.
 *
 * @param grid of the slices that are seen from all around
 * @param hu in the order of the grid, NaN outside the field of view
 * @param method which algorithm it was, in words
 */
public record CtReconstruction(CtGrid grid, float[] hu, String method) {
    private static final double LARGEST_ATTENUATION = 0.1;
    private static final double SMALLEST_MM = 0.05;
    private static final double LARGEST_MM = 20;
    private static final int MOST_ACROSS = 2048;
    private static final int USUAL_ACROSS = 512;

    /**
     * The image wanted.
     *
     * @param across voxels along x and y @param voxelMm their side, 0 to fill the field of view
     * @param sliceMm from a slice to the next, 0 for the height of a detector row at the axis
     */
    public record Wanted(int across, double voxelMm, double sliceMm, Kernel kernel) {
        /** The whole field of view with a voxel for each column of the detector, but at most 512 across. */
        public static Wanted of(CurvedDetector detector, Kernel kernel) {
            return new Wanted(Math.min(USUAL_ACROSS, detector.columns()), 0, 0, kernel);
        }

        public Wanted {
            if (across < 1 || across > MOST_ACROSS) {
                throw new IllegalArgumentException(
                        "image: expected 1 to " + MOST_ACROSS + " voxels across, got " + across);
            }
            for (double mm : new double[] {voxelMm, sliceMm}) {
                if (mm != 0 && !(mm >= SMALLEST_MM && mm <= LARGEST_MM)) {
                    throw new IllegalArgumentException("image: expected voxel sides of " + SMALLEST_MM + " to "
                            + LARGEST_MM + " mm, or 0, got " + mm);
                }
            }
        }
    }

    /**
     * Reconstructs the longest stack of slices that every θ sees.
     *
     * @param waterPerMm attenuation of water that makes 0 HU, 1/mm
     * @throws CtScanException if the scan is faulty, no slice is complete, or the image does not fit memory
     */
    public static CtReconstruction of(CurvedScan scan, double waterPerMm, Wanted wanted, Parallel parallel)
            throws CtScanException {
        return of(scan, waterPerMm, wanted, FilteredBackProjection.onProcessors(wanted.kernel(), parallel));
    }

    /** The same by whoever does it. @param fbp with the kernel wanted */
    public static CtReconstruction of(CurvedScan scan, double waterPerMm, Wanted wanted, FilteredBackProjection fbp)
            throws CtScanException {
        scan.check();
        if (!(waterPerMm > 0 && waterPerMm < LARGEST_ATTENUATION)) {
            throw new CtScanException("Water Attenuation Coefficient (7041,1001): expected more than 0 and less than "
                    + LARGEST_ATTENUATION + " per mm, got " + waterPerMm);
        }
        CtGrid whole;
        WeightedFbp.Image image;
        try {
            whole = whole(scan, wanted);
            checkMemory(scan, whole);
            image = fbp.helical(scan, whole);
        } catch (IllegalArgumentException impossible) {
            throw new CtScanException(impossible.getMessage());
        }
        int first = 0;
        int last = -1;
        for (int k = 0, from = 0; k < whole.nz(); k++) {
            if (!image.complete()[k]) {
                from = k + 1;
            } else if (k - from > last - first) {
                first = from;
                last = k;
            }
        }
        if (last < first) {
            throw new CtScanException(
                    "no slice is seen from all around: the table moves " + round(scan.feedPerRotation())
                            + " mm in a turn, and " + scan.detector().rows() + " rows see " + round(heightAtAxis(scan))
                            + " mm at the axis; Detector Focal Center Axial Position (7031,1002) or the rows are wrong, or views"
                            + " are missing");
        }
        return new CtReconstruction(
                whole.slices(first, last),
                hounsfield(image.attenuation(), whole, first, last, waterPerMm),
                scan.circular() ? "circular weighted FBP" : "helical weighted FBP");
    }

    private static CtGrid whole(CurvedScan scan, Wanted wanted) {
        double fieldOfView = WeightedFbp.fieldOfView(scan);
        double voxel = wanted.voxelMm() > 0 ? wanted.voxelMm() : 2 * fieldOfView / wanted.across();
        double slice = wanted.sliceMm() > 0
                ? wanted.sliceMm()
                : heightAtAxis(scan) / scan.detector().rows();
        double one = scan.views().get(0).z();
        double other = scan.views().get(scan.views().size() - 1).z();
        double length = Math.abs(other - one) + heightAtAxis(scan);
        double slices = Math.floor(length / slice);
        if (!(slices >= 1 && slices * wanted.across() * wanted.across() < Integer.MAX_VALUE - 8)) {
            throw new IllegalArgumentException("image: " + wanted.across() + " x " + wanted.across() + " x " + slices
                    + " voxels over " + length + " mm are none, or more than an array holds");
        }
        // odd, so that a slice lies in the plane of a circle
        int count = (int) slices % 2 == 0 && slices > 1 ? (int) slices - 1 : (int) slices;
        return new CtGrid(wanted.across(), wanted.across(), count, voxel, slice, new Vec3(0, 0, (one + other) / 2));
    }

    private static double heightAtAxis(CurvedScan scan) {
        return scan.detector().rows()
                * scan.detector().rowMm()
                * scan.views().get(0).radius()
                / scan.detector().radiusMm();
    }

    /** The rebinned projections are as large as the measured ones, and the image is there twice. */
    private static void checkMemory(CurvedScan scan, CtGrid grid) throws CtScanException {
        double needed = 4.0 * (scan.views().size() * (double) scan.detector().elements() + 2.0 * grid.voxels());
        Runtime runtime = Runtime.getRuntime();
        double free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        if (needed > free) {
            throw new CtScanException("the image of " + grid.nx() + " x " + grid.ny() + " x " + grid.nz()
                    + " voxels and "
                    + scan.views().size() + " views need " + (long) (needed / 1e6) + " MB, and " + (long) (free / 1e6)
                    + " MB are free; ask for fewer voxels, or give the process more memory");
        }
    }

    private static float[] hounsfield(float[] attenuation, CtGrid whole, int first, int last, double waterPerMm) {
        int slices = last - first + 1;
        float[] hu = new float[whole.nx() * whole.ny() * slices];
        for (int column = 0, n = 0; column < whole.nx() * whole.ny(); column++) {
            for (int k = first; k <= last; k++) {
                hu[n++] = (float) (1000 * (attenuation[column * whole.nz() + k] / waterPerMm - 1));
            }
        }
        return hu;
    }

    /** Slice k, [rows][columns]. */
    public float[] slice(int k) {
        float[] slice = new float[grid.nx() * grid.ny()];
        for (int n = 0; n < slice.length; n++) {
            slice[n] = hu[n * grid.nz() + k];
        }
        return slice;
    }

    private static double round(double mm) {
        return Math.rint(mm * 100) / 100;
    }
}
