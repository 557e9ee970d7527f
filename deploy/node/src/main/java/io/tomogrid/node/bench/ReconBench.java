package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.LineJoseph;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Projections of one subset as large as a Biograph mMR's: 12 of 252 views, 344 radial bins, 837 planes (span 11), 3.46 million
 * lines of response; image 344 x 344 x 127. The peer is the plain way of one line after another of this repository, timed on
 * one of the twelve views and multiplied by twelve.
 */
final class ReconBench {
    static final String PEER = "plain Joseph, one line at a time (1 of 12 views, times 12)";
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(504, 334.4, 64, 4.0625, 344, AxialSegment.michelogram(64, 11, 11));
    private static final PetGrid GRID = new PetGrid(344, 344, 127, 2.08626, 2.03125);
    private static final int SUBSETS = 21;
    private static final int VIEWS = 12;
    private static final int WARM_UP = 3;
    private static final double RADIUS_X_MM = 150;
    private static final double RADIUS_Y_MM = 110;
    private static final long SEED = 1;

    private final PrintWriter out;
    private final Parallel parallel = Parallel.onAllProcessors();

    ReconBench(PrintWriter out) {
        this.out = out;
    }

    /** Wall and CPU seconds of one call. */
    private record Time(double wall, double cpu) {}

    /** Forward and back of every run. */
    private record Times(List<Time> forward, List<Time> back) {
        double[] wall(boolean forwardToo, boolean backToo, double scale) {
            double[] seconds = new double[forward.size()];
            for (int n = 0; n < seconds.length; n++) {
                seconds[n] = scale
                        * ((forwardToo ? forward.get(n).wall() : 0)
                                + (backToo ? back.get(n).wall() : 0));
            }
            return seconds;
        }

        double[] cpu(double scale) {
            double[] seconds = new double[forward.size()];
            for (int n = 0; n < seconds.length; n++) {
                seconds[n] = scale * (forward.get(n).cpu() + back.get(n).cpu());
            }
            return seconds;
        }
    }

    List<Row> run(int runs) {
        int[] views = new int[VIEWS];
        for (int v = 0; v < VIEWS; v++) {
            views[v] = v * SUBSETS;
        }
        float[] image = cylinder();
        Times ours = time(new PlaneJoseph(SCANNER, GRID, parallel), image, views, WARM_UP, runs);
        Times plain = time(new LineJoseph(SCANNER, GRID, parallel), image, new int[] {views[1]}, 1, runs);
        String name = "12 views of 252, " + parallel.threads() + " threads";
        return List.of(
                Row.of(name, "forward, wall", "s", "", false, ours.wall(true, false, 1))
                        .against(PEER, plain.wall(true, false, VIEWS)),
                Row.of(name, "back, wall", "s", "", false, ours.wall(false, true, 1))
                        .against(PEER, plain.wall(false, true, VIEWS)),
                Row.of(name, "forward and back, wall", "s", "0.30", false, ours.wall(true, true, 1))
                        .against(PEER, plain.wall(true, true, VIEWS)),
                Row.of(name, "forward and back, processor time", "s", "", false, ours.cpu(1))
                        .against(PEER, plain.cpu(VIEWS)));
    }

    private Times time(Projector projector, float[] image, int[] views, int warmUp, int runs) {
        float[] projections = new float[views.length * SCANNER.radialBins() * SCANNER.planes()];
        float[] back = new float[image.length];
        List<Time> forwards = new ArrayList<>();
        List<Time> backs = new ArrayList<>();
        for (int n = 0; n < warmUp + runs; n++) {
            Time forward = time(() -> projector.forward(image, views, projections));
            Time backward = time(() -> projector.back(projections, views, back));
            if (n >= warmUp) {
                forwards.add(forward);
                backs.add(backward);
            }
            out.printf(
                    Locale.ROOT,
                    "%s, %d views%s: forward %.3f s (%.3f s processor), back %.3f s (%.3f s)%n",
                    projector.getClass().getSimpleName(),
                    views.length,
                    n < warmUp ? ", warm-up" : "",
                    forward.wall(),
                    forward.cpu(),
                    backward.wall(),
                    backward.cpu());
            out.flush();
        }
        return new Times(forwards, backs);
    }

    private static Time time(Runnable work) {
        long start = System.nanoTime();
        long cpu = processorNanos();
        work.run();
        return new Time((System.nanoTime() - start) * 1e-9, (processorNanos() - cpu) * 1e-9);
    }

    private static long processorNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static float[] cylinder() {
        Random random = new Random(SEED);
        float[] image = new float[GRID.voxels()];
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                double x = GRID.centre(i, j, 0).x() / RADIUS_X_MM;
                double y = GRID.centre(i, j, 0).y() / RADIUS_Y_MM;
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    image[n] = x * x + y * y < 1 ? 1 + 0.5f * random.nextFloat() : 0;
                }
            }
        }
        return image;
    }
}
