package io.tomogrid.engine.cuda;

import io.tomogrid.engine.ct.CircleTables;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
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
                CudaRamp ramp = new CudaRamp(device, tables.ramp(), scan.columns(), scan.rows(), block * quarters);
                Target to = Target.of(device, grid)) {
            for (int row = 0; row < grid.ny(); row += to.slabs.rows()) {
                int first = row;
                to.voxels.zero();
                feed.each(
                        (sets + block - 1) / block,
                        (n, into) -> gather(n * block, Math.min(sets, (n + 1) * block), into),
                        (n, views) -> {
                            try (Sets some = sets(n * block, Math.min(sets, (n + 1) * block))) {
                                filter(some, views, ramp);
                                add(some, views, to, first);
                            }
                        });
                to.slabs.download(to.voxels, first, Pointer.to(image));
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

    /** Brings what belongs to some sets of views. */
    private Sets sets(int from, int to) {
        int count = (to - from) * quarters;
        double[] weights = new double[count * scan.columns()];
        double[] directions = new double[2 * count];
        for (int n = 0; n < count; n++) {
            int view = view(from + n / quarters, n % quarters);
            System.arraycopy(tables.weights(), view * scan.columns(), weights, n * scan.columns(), scan.columns());
            System.arraycopy(tables.directions(), 2 * view, directions, 2 * n, 2);
        }
        DeviceBuffer ofViews = DeviceBuffer.upload(device, "weights of the views", weights);
        try {
            DeviceBuffer turned = DeviceBuffer.upload(device, "directions of the views", directions);
            return new Sets(to - from, ofViews, turned);
        } catch (RuntimeException noRoom) {
            ofViews.close();
            throw noRoom;
        }
    }

    private record Sets(int count, DeviceBuffer weights, DeviceBuffer directions) implements AutoCloseable {
        @Override
        public void close() {
            DeviceBuffer.closeAll(new ArrayList<>(List.of(weights, directions)));
        }
    }

    private Pointer circle(Sets some) {
        return Argument.ints(scan.columns(), scan.rows(), some.count, quarters, scan.angleStep() > 0 ? 1 : 3);
    }

    private void filter(Sets some, DeviceBuffer views, CudaRamp ramp) {
        int count = some.count * quarters;
        device.kernels()
                .launch(
                        "weigh_cone",
                        (long) count * valuesOfView,
                        circle(some),
                        millimetres,
                        some.weights.argument(),
                        views.argument());
        ramp.apply(views, count);
    }

    private void add(Sets some, DeviceBuffer views, Target to, int firstRow) {
        device.kernels()
                .launch(
                        "back_project_circle",
                        to.slabs.threads(firstRow),
                        circle(some),
                        millimetres,
                        to.slabs.argument(firstRow),
                        some.directions.argument(),
                        to.x.argument(),
                        to.y.argument(),
                        views.argument(),
                        to.voxels.argument());
    }

    /** Where views are added. */
    private record Target(ImageSlabs slabs, DeviceBuffer x, DeviceBuffer y, DeviceBuffer voxels)
            implements AutoCloseable {
        static Target of(CudaDevice device, CtGrid grid) {
            ImageSlabs slabs = ImageSlabs.fitting(device, grid, Float.BYTES);
            List<DeviceBuffer> made = new ArrayList<>();
            try {
                made.add(DeviceBuffer.upload(device, "x of the voxels", slabs.x()));
                made.add(DeviceBuffer.upload(device, "y of the voxels", slabs.y()));
                made.add(DeviceBuffer.allocate(device, "image", slabs.voxels() * Float.BYTES));
                return new Target(slabs, made.get(0), made.get(1), made.get(2));
            } catch (RuntimeException noRoom) {
                DeviceBuffer.closeAll(made);
                throw noRoom;
            }
        }

        @Override
        public void close() {
            DeviceBuffer.closeAll(new ArrayList<>(List.of(x, y, voxels)));
        }
    }

    /** All views and the image on the device, to time what is done with them. */
    Block block() {
        int views = scan.projections().length;
        float[] values = new float[views * valuesOfView];
        return new Block(
                this,
                sets(0, sets),
                DeviceBuffer.upload(device, "views", values),
                new CudaRamp(device, tables.ramp(), scan.columns(), scan.rows(), views),
                Target.of(device, grid));
    }

    /** See {@link #block}. */
    record Block(CudaCircle circle, Sets some, DeviceBuffer views, CudaRamp ramp, Target to) implements AutoCloseable {
        void filter() {
            circle.filter(some, views, ramp);
        }

        void add() {
            circle.add(some, views, to, 0);
        }

        @Override
        public void close() {
            some.close();
            views.close();
            ramp.close();
            to.close();
        }
    }
}
