package io.tomogrid.engine.cuda;

import io.tomogrid.engine.ct.CircleTables;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;
import java.nio.FloatBuffer;
import jcuda.Pointer;

/**
 * {@link io.tomogrid.engine.ct.Fdk} on the device, with the same bits. Views come in blocks, are weighted and filtered, and
 * added to the image, which stays; if it does not fit, its rows are made in slabs, and the views come again for each.
 */
final class CudaCircle {
    private final CudaDevice device;
    private final CircleTables tables;
    private final FlatScan scan;
    private final CtGrid grid;
    private final int quarters;
    private final int sets;
    private final int valuesOfView;
    private final Pointer millimetres;

    CudaCircle(CudaDevice device, CircleTables tables) {
        this.device = device;
        this.tables = tables;
        this.scan = tables.scan();
        this.grid = tables.grid();
        this.quarters = tables.fourfold() ? 4 : 1;
        this.sets = scan.projections().length / quarters;
        this.valuesOfView = scan.columns() * scan.rows();
        this.millimetres = Pointer.to(new double[] {
            scan.columnMm(), scan.rowMm(), scan.sourceMm(), scan.detectorMm(), grid.z(0), grid.sliceMm()
        });
    }

    float[] reconstruct() {
        float[] image = new float[grid.voxels()];
        int block = setsOfBlock();
        try (Feed feed = new Feed(device, "views", block * quarters * valuesOfView);
                CudaRamp ramp = new CudaRamp(device, tables.ramp(), scan.columns(), scan.rows(), block * quarters)) {
            ImageSlabs slabs = ImageSlabs.fitting(device, grid, Float.BYTES);
            try (DeviceBuffer x = DeviceBuffer.upload(device, "x of the voxels", slabs.x());
                    DeviceBuffer y = DeviceBuffer.upload(device, "y of the voxels", slabs.y());
                    DeviceBuffer voxels = DeviceBuffer.allocate(device, "image", slabs.voxels() * Float.BYTES)) {
                for (int row = 0; row < grid.ny(); row += slabs.rows()) {
                    int first = row;
                    voxels.zero();
                    feed.each(
                            (sets + block - 1) / block,
                            (n, into) -> gather(n * block, Math.min(sets, (n + 1) * block), into),
                            (n, views) -> add(
                                    n * block,
                                    Math.min(sets, (n + 1) * block),
                                    views,
                                    ramp,
                                    slabs,
                                    first,
                                    x,
                                    y,
                                    voxels));
                    slabs.download(voxels, first, Pointer.to(image));
                }
            }
        }
        return image;
    }

    /** A quarter of what is free is for views, so that the image has most of it. */
    private int setsOfBlock() {
        long floats = (long) quarters * valuesOfView;
        long bytes = Feed.bytes(floats) + quarters * CudaRamp.bytesOfView(tables.ramp(), scan.rows());
        long most = Math.max(1, Feed.MOST_BYTES / (floats * Float.BYTES));
        return device.fitting(4 * bytes, (int) Math.min(most, sets));
    }

    /** The number of the q-th view of a set: a quarter of a turn from one to the next. */
    private int view(int set, int q) {
        return set + q * sets;
    }

    private void gather(int from, int to, FloatBuffer into) {
        for (int set = from; set < to; set++) {
            for (int q = 0; q < quarters; q++) {
                into.put(scan.projections()[view(set, q)]);
            }
        }
    }

    private void add(
            int from,
            int to,
            DeviceBuffer views,
            CudaRamp ramp,
            ImageSlabs slabs,
            int firstRow,
            DeviceBuffer x,
            DeviceBuffer y,
            DeviceBuffer voxels) {
        int count = (to - from) * quarters;
        double[] weights = new double[count * scan.columns()];
        double[] directions = new double[2 * count];
        for (int n = 0; n < count; n++) {
            int view = view(from + n / quarters, n % quarters);
            System.arraycopy(tables.weights(), view * scan.columns(), weights, n * scan.columns(), scan.columns());
            System.arraycopy(tables.directions(), 2 * view, directions, 2 * n, 2);
        }
        Pointer circle = Argument.ints(scan.columns(), scan.rows(), to - from, quarters, scan.angleStep() > 0 ? 1 : 3);
        try (DeviceBuffer ofViews = DeviceBuffer.upload(device, "weights of the views", weights);
                DeviceBuffer turned = DeviceBuffer.upload(device, "directions of the views", directions)) {
            device.kernels()
                    .launch(
                            "weigh_cone",
                            (long) count * valuesOfView,
                            circle,
                            millimetres,
                            ofViews.argument(),
                            views.argument());
            ramp.apply(views, count);
            device.kernels()
                    .launch(
                            "back_project_circle",
                            slabs.threads(firstRow),
                            circle,
                            millimetres,
                            slabs.argument(firstRow),
                            turned.argument(),
                            x.argument(),
                            y.argument(),
                            views.argument(),
                            voxels.argument());
        }
    }
}
