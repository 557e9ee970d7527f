package io.tomogrid.engine.cuda.selftest;

import static io.tomogrid.engine.cuda.selftest.Comparison.check;
import static io.tomogrid.engine.cuda.selftest.Tomography.dot;
import static io.tomogrid.engine.cuda.selftest.Tomography.random;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.cuda.selftest.Comparison.Pair;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TofProjector;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Time of flight and resolution: the bins sum to the line without it, and back is the adjoint of forward. */
final class TimeOfFlight {
    private static final double SUM_BOUND = 1e-5;
    private static final double ADJOINT_BOUND = 1e-6;
    /** Of the greatest value: what the processors round when they add events one after the other. */
    private static final double ROUNDING = 1e-5;

    private static final TofBins BINS = TofBins.ofTimes(9, 150, 300);
    private static final double RESOLUTION_MM = 6;

    private final Comparison both;
    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final int[] views;
    private final float[] image;

    TimeOfFlight(Comparison both) {
        this.both = both;
        this.scanner = both.emulated()
                ? new CylindricalScanner(48, 120, 8, 5, 30, AxialSegment.michelogram(8, 3, 5))
                : new CylindricalScanner(240, 200, 24, 4, 150, AxialSegment.michelogram(24, 5, 11));
        this.grid = PetGrid.of(scanner, both.emulated() ? 6 : 3);
        this.views = IntStream.range(0, scanner.views() / 3).toArray();
        this.image = random(grid.voxels(), 11);
    }

    List<Check> checks() {
        float[] y = random(views.length * scanner.radialBins() * scanner.planes() * BINS.count(), 12);
        Pair<float[]> ax = both.pair(this::forward);
        Pair<float[]> aty = both.pair(backend -> back(backend, y));
        double there = dot(ax.device(), y);
        return List.of(
                check("project_tof", "sum of the bins, values", ax, offSum(ax.device()), SUM_BOUND),
                check(
                        "back_project_tof",
                        "the adjoint, voxels",
                        aty,
                        there / dot(image, aty.device()) - 1,
                        ADJOINT_BOUND),
                blurred(),
                events(),
                spread());
    }

    private float[] forward(Backend backend) {
        try (TofProjector projector = backend.tof(scanner, grid, BINS)) {
            float[] projections = new float[projector.values(views.length)];
            projector.forward(image, views, projections);
            return projections;
        }
    }

    private float[] back(Backend backend, float[] projections) {
        float[] into = new float[grid.voxels()];
        try (TofProjector projector = backend.tof(scanner, grid, BINS)) {
            projector.back(projections, views, into);
        }
        return into;
    }

    private float[] lines(int[] of) {
        float[] lines = new float[of.length * scanner.radialBins() * scanner.planes()];
        try (Projector projector = both.cpu().projector(scanner, grid)) {
            projector.forward(image, of, lines);
        }
        return lines;
    }

    /** Relative to the longest line. */
    private double offSum(float[] projections) {
        float[] lines = lines(views);
        double longest = 0;
        double off = 0;
        int planes = scanner.planes();
        for (int n = 0; n < lines.length; n++) {
            double sum = 0;
            for (int bin = 0; bin < BINS.count(); bin++) {
                sum += projections[(n / planes * BINS.count() + bin) * planes + n % planes];
            }
            longest = Math.max(longest, lines[n]);
            off = Math.max(off, Math.abs(sum - lines[n]));
        }
        return off / longest;
    }

    private Check blurred() {
        float[] y = random(views.length * scanner.radialBins() * scanner.planes(), 13);
        Pair<float[]> made = both.pair(backend -> {
            float[] projections = y.clone();
            float[] into = new float[grid.voxels()];
            try (Projector projector = backend.projector(scanner, grid, RESOLUTION_MM)) {
                projector.forward(image, views, projections);
                projector.back(y, views, into);
            }
            float[] all = java.util.Arrays.copyOf(projections, projections.length + into.length);
            System.arraycopy(into, 0, all, projections.length, into.length);
            return all;
        });
        float[] forward = java.util.Arrays.copyOf(made.device(), y.length);
        float[] back = java.util.Arrays.copyOfRange(made.device(), y.length, made.device().length);
        return check(
                "blur", "a resolution, and its adjoint", made, dot(forward, y) / dot(image, back) - 1, ADJOINT_BOUND);
    }

    /** Every bin of some lines: their sum is the line. */
    private ListEvents everyBin() {
        int count = scanner.bins() / (both.emulated() ? 20 : 40);
        int[] lines = new int[count * BINS.count()];
        short[] bins = new short[lines.length];
        SplittableRandom random = new SplittableRandom(14);
        for (int n = 0; n < lines.length; n++) {
            lines[n] = n % BINS.count() == 0 ? random.nextInt(scanner.bins()) : lines[n - 1];
            bins[n] = (short) (n % BINS.count());
        }
        return new ListEvents(scanner, BINS, lines, bins);
    }

    private Check events() {
        ListEvents events = everyBin();
        Pair<float[]> made = both.pair(backend -> {
            float[] values = new float[events.count()];
            float[] sorted = new float[events.count()];
            try (EventProjector projector = backend.events(grid, events)) {
                projector.forward(image, values);
                int[] order = projector.order();
                for (int n = 0; n < values.length; n++) {
                    sorted[order[n]] = values[n];
                }
            }
            return sorted;
        });
        float[] lines = lines(IntStream.range(0, scanner.views()).toArray());
        double longest = 0;
        double off = 0;
        for (int n = 0; n < events.count(); n += BINS.count()) {
            double sum = 0;
            for (int bin = 0; bin < BINS.count(); bin++) {
                sum += made.device()[n + bin];
            }
            longest = Math.max(longest, lines[events.lines()[n]]);
            off = Math.max(off, Math.abs(sum - lines[events.lines()[n]]));
        }
        return check("project_events", "every bin of lines, events", made, off / longest, SUM_BOUND);
    }

    private record Spread(float[] values, float[] image) {}

    /** The one kernel that adds in another way than the processors: counted are voxels that differ by more than these round. */
    private Check spread() {
        ListEvents events = everyBin();
        float[] y = random(events.count(), 15);
        Pair<Spread> made = both.pair(backend -> {
            float[] values = new float[events.count()];
            float[] into = new float[grid.voxels()];
            try (EventProjector projector = backend.events(grid, events)) {
                projector.forward(image, values);
                projector.back(y, into);
            }
            return new Spread(values, into);
        });
        float[] a = made.device().image();
        float[] b = made.processors().image();
        double greatest = 0;
        for (float value : b) {
            greatest = Math.max(greatest, value);
        }
        double bound = ROUNDING * greatest;
        return check(
                "spread, settle_events",
                "the adjoint, voxels to 1e-5",
                made,
                a.length,
                n -> Math.abs(a[n] - b[n]) <= bound,
                dot(made.device().values(), y) / dot(image, a) - 1,
                ADJOINT_BOUND);
    }
}
