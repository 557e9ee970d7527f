package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.Fdk;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * FDK of 256 x 256 x 256 voxels from 180 views of 256 x 256, filter and back projection, beside {@link Plastimatch}; and of a half
 * and a quarter as many voxels across.
 */
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
        Fdk fdk = new Fdk(Kernel.RAMP, parallel);
        List<Row> rows = new ArrayList<>();
        Optional<Plastimatch> peer = Plastimatch.find();
        try {
            CtGrid grid = CtGrid.cube(N, WIDTH_MM / N);
            Supplier<ProcessorTime> theirs = peer.isPresent() ? peer.get()::fdk : null;
            SideBySide measured =
                    new SideBySide(name(N), () -> fdk.reconstruct(scan, grid), WARM_UP, runs, theirs, 1, out);
            rows.addAll(measured.rows(Plastimatch.NAME));
        } finally {
            peer.ifPresent(Plastimatch::close);
        }
        for (int n = N / 4; n <= N; n *= 2) {
            CtGrid grid = CtGrid.cube(n, WIDTH_MM / n);
            SideBySide measured = new SideBySide(name(n), () -> fdk.reconstruct(scan, grid), 1, runs, out);
            rows.add(measured.each("updates of a voxel by a view", (double) n * n * n * VIEWS));
        }
        return rows;
    }

    private String name(int voxels) {
        return "FDK " + voxels + "^3 from " + VIEWS + " views, " + parallel.threads() + " threads";
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
}
