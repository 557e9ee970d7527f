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
 * Times the kernels of one OSEM update with everything resident: one of 21 subsets of a scanner like a Biograph mMR, 3.46 million
 * lines of response on 344 x 344 x 127 voxels; on the stand-in, whose times say nothing, a small one.
 */
record OsemBench(CudaDevice device, CylindricalScanner scanner, PetGrid grid, int[] views, int runs) {
    private static final int SUBSETS = 21;
    /** 9.2 ms of shared memory for the 3.42e10 steps of an iteration of all 21 subsets, forward and back. */
    private static final double FLOOR_OF_STEP = 9.2e-3 / 3.42e10;

    private static final String UNIT = "steps of lines";

    static OsemBench of(CudaDevice device, int runs) {
        CylindricalScanner scanner = scanner(device);
        int[] views = new int[scanner.views() / SUBSETS];
        for (int v = 0; v < views.length; v++) {
            views[v] = v * SUBSETS;
        }
        return new OsemBench(device, scanner, grid(device, scanner), views, runs);
    }

    static CylindricalScanner scanner(CudaDevice device) {
        return device.emulated()
                ? new CylindricalScanner(84, 120, 8, 5, 40, AxialSegment.michelogram(8, 3, 5))
                : new CylindricalScanner(504, 334.4, 64, 4.0625, 344, AxialSegment.michelogram(64, 11, 11));
    }

    static PetGrid grid(CudaDevice device, CylindricalScanner scanner) {
        return device.emulated() ? PetGrid.of(scanner, 4) : new PetGrid(344, 344, 127, 2.08626, 2.03125);
    }

    List<DeviceTiming> measure() {
        int lines = views.length * scanner.radialBins();
        int bins = lines * scanner.planes();
        float[] ones = new float[Math.max(bins, grid.voxels())];
        Arrays.fill(ones, 1);
        try (CudaPlaneJoseph projector = new CudaPlaneJoseph(device, scanner, grid, 0, Parallel.onAllProcessors());
                DeviceBuffer which = DeviceBuffer.upload(device, "views", views);
                DeviceBuffer image = DeviceBuffer.upload(device, "image", Arrays.copyOf(ones, grid.voxels()));
                DeviceBuffer correction =
                        DeviceBuffer.upload(device, "correction", Arrays.copyOf(ones, grid.voxels()));
                DeviceBuffer projections = DeviceBuffer.upload(device, "projections", Arrays.copyOf(ones, bins));
                DeviceBuffer counts = DeviceBuffer.upload(device, "counts", Arrays.copyOf(ones, bins));
                DeviceBuffer additive = DeviceBuffer.upload(device, "background", Arrays.copyOf(ones, lines))) {
            Runnable forward = () -> projector.forward(image, which, views.length, projections);
            Runnable ratio = () -> device.kernels()
                    .launch(
                            "osem_ratio",
                            bins,
                            counts.argument(),
                            counts.argument(),
                            additive.argument(),
                            Argument.ints(scanner.planes()),
                            projections.argument());
            Runnable back = () -> projector.back(projections, which, views.length, correction);
            // divided by itself: the image stays what it is
            Runnable update = () -> device.kernels()
                    .launch(
                            "osem_update",
                            grid.voxels(),
                            correction.argument(),
                            correction.argument(),
                            Argument.real(0f),
                            image.argument());
            Runnable whole = () -> {
                forward.run();
                ratio.run();
                back.run();
                update.run();
            };
            double steps = steps();
            List<DeviceTiming> timings = new ArrayList<>();
            timings.add(timing("project_planes", forward, steps));
            timings.add(timing("osem_ratio", ratio, 0));
            timings.add(timing("back_project_tiles", back, steps));
            timings.add(timing("osem_update", update, 0));
            timings.add(timing("one OSEM update of " + SUBSETS, whole, 2 * steps));
            return timings;
        }
    }

    private DeviceTiming timing(String what, Runnable work, double steps) {
        return DeviceTiming.measure(device, what, work, runs, steps, UNIT, steps * FLOOR_OF_STEP);
    }

    /** Rows that the lines of response cross, one by one. */
    private double steps() {
        PlaneGeometry geometry = new PlaneGeometry(scanner, grid);
        double rows = 0;
        for (int view : views) {
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                TransaxialPath path = geometry.path(view * scanner.radialBins() + radial);
                rows += path.last() - path.first() + 1;
            }
        }
        return rows * scanner.planes();
    }
}
