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
 * Times the kernels of one OSEM update by the device's own clock, with everything resident: one of 21 subsets of a scanner like a
 * Biograph mMR, 3.46 million lines of response on 344 x 344 x 127 voxels; on the stand-in, whose times say nothing, a small one.
 *
 * <p>Unproven: this never ran on a GPU. By arithmetic, the first-level cache bounds an H200, 29.7 TB/s: 4 words for each step of a
 * line forward and 2.5 back (a tile's 4 columns are met by 5 pairs of columns), 8.2e8 steps each: 0.7 ms for a subset, 15 ms for
 * all 21.
 *
 * @param what was timed
 * @param median seconds @param least seconds @param greatest seconds
 * @param stepsPerSecond rows that all lines of response cross, per second of the median; 0 for what is no projection
 */
public record ProjectorTiming(String what, double median, double least, double greatest, double stepsPerSecond) {
    private static final int SUBSETS = 21;
    private static final int WARM_UP = 2;

    /** @param runs of each, at least 1 */
    public static List<ProjectorTiming> measure(CudaDevice device, int runs) {
        CylindricalScanner scanner = device.emulated()
                ? new CylindricalScanner(84, 120, 8, 5, 40, AxialSegment.michelogram(8, 3, 5))
                : new CylindricalScanner(504, 334.4, 64, 4.0625, 344, AxialSegment.michelogram(64, 11, 11));
        PetGrid grid = device.emulated() ? PetGrid.of(scanner, 4) : new PetGrid(344, 344, 127, 2.08626, 2.03125);
        int[] views = new int[scanner.views() / SUBSETS];
        for (int v = 0; v < views.length; v++) {
            views[v] = v * SUBSETS;
        }
        return new Bench(device, scanner, grid, views).measure(runs);
    }

    private static ProjectorTiming of(String what, double[] seconds, double steps) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return new ProjectorTiming(what, median, sorted[0], sorted[sorted.length - 1], steps / median);
    }

    private record Bench(CudaDevice device, CylindricalScanner scanner, PetGrid grid, int[] views) {
        List<ProjectorTiming> measure(int runs) {
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
                                Argument.real(0),
                                image.argument());
                double steps = steps();
                List<ProjectorTiming> timings = new ArrayList<>();
                timings.add(of("project_planes", times(forward, runs), steps));
                timings.add(of("osem_ratio", times(ratio, runs), 0));
                timings.add(of("back_project_tiles", times(back, runs), steps));
                timings.add(of("osem_update", times(update, runs), 0));
                timings.add(of(
                        "one update",
                        times(
                                () -> {
                                    forward.run();
                                    ratio.run();
                                    back.run();
                                    update.run();
                                },
                                runs),
                        2 * steps));
                return timings;
            }
        }

        private double[] times(Runnable work, int runs) {
            for (int n = 0; n < WARM_UP; n++) {
                work.run();
            }
            double[] seconds = new double[runs];
            for (int n = 0; n < runs; n++) {
                seconds[n] = device.seconds(work);
            }
            return seconds;
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
}
