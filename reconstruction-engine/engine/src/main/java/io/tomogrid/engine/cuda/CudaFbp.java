package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.CircleTables;
import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.HelixTables;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.ct.ParallelFbp;
import io.tomogrid.engine.ct.RampTables;
import io.tomogrid.engine.ct.WeightedFbp;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.ParallelScan;
import jcuda.Pointer;

/**
 * Computed tomography on the device: weighting, filtering and back projection. Tables, and the rebinning of helical scans, are
 * made on the processors.
 */
record CudaFbp(CudaDevice device, Kernel kernel, Parallel parallel) implements FilteredBackProjection {
    @Override
    public float[] parallel(ParallelScan scan, CtGrid grid) {
        RampTables tables = ParallelFbp.ramp(scan, grid, kernel);
        int views = scan.projections().length;
        float[] values = new float[views * scan.bins()];
        double[] directions = new double[2 * views];
        for (int v = 0; v < views; v++) {
            System.arraycopy(scan.projections()[v], 0, values, v * scan.bins(), scan.bins());
            directions[2 * v] = Math.cos(scan.angle(v));
            directions[2 * v + 1] = Math.sin(scan.angle(v));
        }
        float[] image = new float[grid.voxels()];
        ImageSlabs places = new ImageSlabs(grid, grid.ny());
        try (DeviceBuffer filtered = DeviceBuffer.upload(device, "views", values);
                DeviceBuffer turned = DeviceBuffer.upload(device, "directions of the views", directions);
                DeviceBuffer x = DeviceBuffer.upload(device, "x of the pixels", places.x());
                DeviceBuffer y = DeviceBuffer.upload(device, "y of the pixels", places.y());
                DeviceBuffer pixels = DeviceBuffer.allocate(device, "image", (long) image.length * Float.BYTES)) {
            try (CudaRamp ramp = new CudaRamp(device, tables, scan.bins(), 1, views)) {
                ramp.apply(filtered, views);
            }
            device.kernels()
                    .launch(
                            "back_project_parallel",
                            image.length,
                            Argument.ints(scan.bins(), views, grid.nx(), grid.ny()),
                            Argument.real(scan.binMm()),
                            Argument.real(Math.PI),
                            turned.argument(),
                            x.argument(),
                            y.argument(),
                            filtered.argument(),
                            pixels.argument());
            pixels.download(Pointer.to(image));
        }
        return image;
    }

    @Override
    public float[] circular(FlatScan scan, CtGrid grid) {
        return new CudaCircle(device, CircleTables.of(scan, grid, kernel)).reconstruct();
    }

    @Override
    public WeightedFbp.Image helical(CurvedScan scan, CtGrid grid) {
        return new CudaHelix(device, HelixTables.of(scan, grid, kernel, parallel), scan, grid).reconstruct();
    }
}
