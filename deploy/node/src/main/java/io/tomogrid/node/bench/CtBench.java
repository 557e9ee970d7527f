package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.Fdk;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** FDK of 256 x 256 x 256 voxels from 180 views of 256 x 256, filter and back projection. */
final class CtBench {
    private static final int N = 256;
    private static final int VIEWS = 180;
    private static final double SOURCE_MM = 1000;
    private static final double DETECTOR_MM = 1500;
    private static final double DETECTOR_WIDTH_MM = 420;
    private static final double WIDTH_MM = 256;
    private static final int WARM_UP = 3;

    private final PrintWriter out;
    private final Parallel parallel = Parallel.onAllProcessors();

    CtBench(PrintWriter out) {
        this.out = out;
    }

    List<Row> run(int runs) {
        FlatScan scan = scan();
        CtGrid grid = CtGrid.cube(N, WIDTH_MM / N);
        Fdk fdk = new Fdk(Kernel.RAMP, parallel);
        double[] wall = new double[runs];
        double[] cpu = new double[runs];
        double[] perCpu = new double[runs];
        for (int n = -WARM_UP; n < runs; n++) {
            long start = System.nanoTime();
            long processor = processorNanos();
            fdk.reconstruct(scan, grid);
            double seconds = (System.nanoTime() - start) * 1e-9;
            double processorSeconds = (processorNanos() - processor) * 1e-9;
            out.printf(
                    Locale.ROOT,
                    "FDK%s: %.3f s (%.3f s processor)%n",
                    n < 0 ? ", warm-up" : "",
                    seconds,
                    processorSeconds);
            out.flush();
            if (n >= 0) {
                wall[n] = seconds;
                cpu[n] = processorSeconds;
                perCpu[n] = 1e-9 * N * N * N * VIEWS / processorSeconds;
            }
        }
        String name = "FDK 256^3 from 180 views, " + parallel.threads() + " threads";
        return List.of(
                Row.of(name, "wall", "s", "", false, wall),
                Row.of(name, "processor time", "s", "", false, cpu),
                Row.of(name, "updates in a second of processor time", "10^9", "", false, perCpu));
    }

    private static FlatScan scan() {
        SplittableRandom random = new SplittableRandom(1);
        float[][] projections = new float[VIEWS][N * N];
        for (float[] view : projections) {
            for (int n = 0; n < view.length; n++) {
                view[n] = (float) random.nextDouble();
            }
        }
        double pitch = DETECTOR_WIDTH_MM / N;
        return new FlatScan(N, N, pitch, pitch, SOURCE_MM, DETECTOR_MM, 0, 2 * Math.PI / VIEWS, projections);
    }

    private static long processorNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
