package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.LineJoseph;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Projections of one subset as large as a Biograph mMR's: 12 of 252 views, 344 radial bins, 837 planes (span 11), 3.46 million
 * lines of response; image 344 x 344 x 127. The peers are the plain way of one line after another of this repository, timed on
 * one of the twelve views and multiplied by twelve, and {@link Parallelproj} where it is. Views are also taken 3 and 6 at a time:
 * the time of a line must not depend on how many there are.
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

    /** Forward and back of one projector, run by run. */
    private static final class Timed {
        private final String name;
        private final Runnable forward;
        private final Runnable back;
        private final double scale;
        private final List<ProcessorTime> forwards = new ArrayList<>();
        private final List<ProcessorTime> backs = new ArrayList<>();

        /** @param scale from what is timed to the whole */
        Timed(String name, double scale, Runnable forward, Runnable back) {
            this.name = name;
            this.scale = scale;
            this.forward = forward;
            this.back = back;
        }

        void run(boolean kept, PrintWriter out) {
            ProcessorTime there = ProcessorTime.of(forward);
            ProcessorTime andBack = ProcessorTime.of(back);
            if (kept) {
                forwards.add(there);
                backs.add(andBack);
            }
            out.printf(
                    Locale.ROOT,
                    "%s%s: forward %.3f s (%.3f s processor), back %.3f s (%.3f s)%n",
                    name,
                    kept ? "" : ", warm-up",
                    there.wall(),
                    there.cpu(),
                    andBack.wall(),
                    andBack.cpu());
            out.flush();
        }

        double[] wall(boolean forwardToo, boolean backToo) {
            double[] seconds = new double[forwards.size()];
            for (int n = 0; n < seconds.length; n++) {
                seconds[n] = scale
                        * ((forwardToo ? forwards.get(n).wall() : 0)
                                + (backToo ? backs.get(n).wall() : 0));
            }
            return seconds;
        }

        double[] cpu() {
            double[] seconds = new double[forwards.size()];
            for (int n = 0; n < seconds.length; n++) {
                seconds[n] = scale * forwards.get(n).plus(backs.get(n)).cpu();
            }
            return seconds;
        }
    }

    List<Row> run(int runs) {
        int[] views = views(VIEWS);
        float[] image = cylinder();
        Projector plane = new PlaneJoseph(SCANNER, GRID, parallel);
        Timed ours = timed("plane by plane, 12 views", 1, plane, image, views);
        Timed plain = timed(
                "one line at a time, 1 view", VIEWS, new LineJoseph(SCANNER, GRID, parallel), image, new int[] {views[1]
                });
        List<Timed> few = new ArrayList<>();
        for (int some = VIEWS / 4; some <= VIEWS; some *= 2) {
            few.add(timed(some + " views", 1, plane, image, views(some)));
        }
        List<Timed> all = new ArrayList<>(List.of(ours, plain));
        all.addAll(few);
        Timed peer = null;
        Parallelproj parallelproj = null;
        if (Parallelproj.missing().isEmpty()) {
            parallelproj = Parallelproj.ofViews(SCANNER, GRID, views);
            parallelproj.image(image);
            peer = new Timed(Parallelproj.NAME, 1, parallelproj::forward, parallelproj::back);
            all.add(1, peer);
        } else {
            out.println(Parallelproj.missing().orElseThrow());
        }
        // one after the other in each run, so that a busy moment of the machine meets all of them
        for (int n = -WARM_UP; n < runs; n++) {
            for (Timed timed : all) {
                if (n >= 0 || timed != plain && timed != peer || n == -1) {
                    timed.run(n >= 0, out);
                }
            }
            if (parallelproj != null) {
                parallelproj.image(image);
            }
        }
        String name = "12 views of 252, " + parallel.threads() + " threads";
        List<Row> rows = new ArrayList<>(rows(name, ours, PEER, plain));
        if (peer != null) {
            rows.addAll(rows(name, ours, Parallelproj.NAME, peer));
            rows.add(Row.of(
                    name,
                    "difference to " + Parallelproj.NAME + ", root mean square over its own",
                    "1",
                    "",
                    false,
                    difference(plane, image, views, parallelproj)));
        }
        for (int n = 0; n < few.size(); n++) {
            double lines = (double) (VIEWS / 4 << n) * SCANNER.radialBins() * SCANNER.planes();
            double[] each = few.get(n).cpu();
            for (int r = 0; r < each.length; r++) {
                each[r] *= 1e6 / lines;
            }
            rows.add(Row.of(
                    (VIEWS / 4 << n) + " views of 252, " + parallel.threads() + " threads",
                    "forward and back, processor time of a million lines",
                    "s",
                    "",
                    false,
                    each));
        }
        return rows;
    }

    private static List<Row> rows(String name, Timed ours, String peer, Timed theirs) {
        return List.of(
                Row.of(name, "forward, wall", "s", "", false, ours.wall(true, false))
                        .against(peer, theirs.wall(true, false)),
                Row.of(name, "back, wall", "s", "", false, ours.wall(false, true))
                        .against(peer, theirs.wall(false, true)),
                Row.of(name, "forward and back, wall", "s", "0.30", false, ours.wall(true, true))
                        .against(peer, theirs.wall(true, true)),
                Row.of(name, "forward and back, processor time", "s", "", false, ours.cpu())
                        .against(peer, theirs.cpu()));
    }

    private static double difference(Projector ours, float[] image, int[] views, Parallelproj peer) {
        float[] found = new float[views.length * SCANNER.radialBins() * SCANNER.planes()];
        ours.forward(image, views, found);
        peer.image(image);
        peer.forward();
        float[] theirs = peer.values();
        double squares = 0;
        double all = 0;
        for (int n = 0; n < found.length; n++) {
            squares += ((double) found[n] - theirs[n]) * (found[n] - theirs[n]);
            all += (double) theirs[n] * theirs[n];
        }
        return Math.sqrt(squares / all);
    }

    private static int[] views(int count) {
        int[] views = new int[count];
        for (int v = 0; v < count; v++) {
            views[v] = v * SUBSETS * VIEWS / count;
        }
        return views;
    }

    private static Timed timed(String name, double scale, Projector projector, float[] image, int[] views) {
        float[] projections = new float[views.length * SCANNER.radialBins() * SCANNER.planes()];
        float[] back = new float[image.length];
        return new Timed(
                name,
                scale,
                () -> projector.forward(image, views, projections),
                () -> projector.back(projections, views, back));
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
