package io.tomogrid.engine.cuda.selftest;

import static io.tomogrid.engine.cuda.selftest.Comparison.check;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.cuda.selftest.Comparison.Pair;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ExampleScan;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The projectors and OSEM: chords by formula, the adjoint, mass and counts that are kept. */
final class Tomography {
    private static final String FORWARD = "project_planes";
    private static final String BACK = "back_project_tiles";
    private static final String OSEM = "osem_ratio, osem_update";
    private static final double CHORD_BOUND = 1e-5;
    private static final double SUM_BOUND = 1e-6;
    private static final double COUNTS_BOUND = 1e-5;

    private final Comparison both;
    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final int[] views;
    private final float[] ones;

    Tomography(Comparison both) {
        this.both = both;
        this.scanner = both.emulated()
                ? new CylindricalScanner(96, 120, 8, 5, 40, AxialSegment.michelogram(8, 3, 5))
                : ExampleScan.SCANNER;
        this.grid = PetGrid.of(scanner, both.emulated() ? 4 : 3);
        this.views = IntStream.range(0, scanner.views()).toArray();
        this.ones = new float[grid.voxels()];
        Arrays.fill(ones, 1);
    }

    List<Check> checks() {
        float[] x = random(grid.voxels(), 1);
        float[] y = random(scanner.bins(), 2);
        Pair<float[]> ax = both.pair(backend -> forward(backend, x));
        Pair<float[]> aty = both.pair(backend -> back(backend, y));
        Pair<float[]> chords = both.pair(backend -> forward(backend, ones));
        double there = dot(ax.device(), y);
        float[] again = back(both.cuda(), y);
        return List.of(
                check(FORWARD, "chords of a box, lines", chords, offChords(chords.device()), CHORD_BOUND),
                check(FORWARD, "a random image, lines", ax, there / dot(x, aty.device()) - 1, SUM_BOUND),
                check(BACK, "the adjoint, voxels", aty, there / dot(x, aty.device()) - 1, SUM_BOUND),
                check(
                        BACK,
                        "once more, mass, voxels",
                        new Pair<>(again, aty.device(), aty.deviceSeconds(), aty.processorSeconds()),
                        dot(again, ones) / dot(y, chords.device()) - 1,
                        SUM_BOUND),
                mlem(),
                osem());
    }

    private float[] forward(Backend backend, float[] image) {
        float[] projections = new float[scanner.bins()];
        try (Projector projector = backend.projector(scanner, grid)) {
            projector.forward(image, views, projections);
        }
        return projections;
    }

    private float[] back(Backend backend, float[] projections) {
        float[] image = new float[grid.voxels()];
        try (Projector projector = backend.projector(scanner, grid)) {
            projector.back(projections, views, image);
        }
        return image;
    }

    /** Largest relative error of the lines that run through the box from end to end. */
    private double offChords(float[] found) {
        double off = 0;
        for (int line = 0, bin = 0; line < scanner.lines(); line++) {
            var ends = scanner.line(line / scanner.radialBins(), line % scanner.radialBins());
            for (AxialSegment segment : scanner.segments()) {
                for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                    double chord = chord(scanner.lor(ends, segment, plane));
                    off = chord > 0 ? Math.max(off, Math.abs(found[bin] / chord - 1)) : off;
                }
            }
        }
        return off;
    }

    /** Length between the two faces across the dominant direction; 0 if the line leaves the box elsewhere. */
    private double chord(CylindricalScanner.Lor lor) {
        Vec3 d = lor.second().minus(lor.first());
        boolean alongY = Math.abs(d.y()) > Math.abs(d.x());
        double start = alongY ? lor.first().y() : lor.first().x();
        double length = alongY ? d.y() : d.x();
        double half = grid.nx() * grid.voxelMm() / 2;
        for (double face : new double[] {-half, half}) {
            Vec3 at = lor.first().plus(d.times((face - start) / length));
            if (Math.abs(alongY ? at.x() : at.y()) > half - grid.voxelMm() / 2
                    || Math.abs(at.z()) > (grid.nz() - 1) * grid.sliceMm() / 2) {
                return 0;
            }
        }
        return 2 * half * d.length() / Math.abs(length);
    }

    /** Without a background an update keeps the counts in sum. */
    private Check mlem() {
        EmissionData data = data(0);
        Pair<float[]> made = reconstructed(data, 1);
        float[] lengths = forward(both.cpu(), made.device());
        double counted = 0;
        for (float count : data.counts()) {
            counted += count;
        }
        return check(
                OSEM,
                "MLEM, counts kept, voxels",
                made,
                dot(lengths, data.multiplicative()) / counted - 1,
                COUNTS_BOUND);
    }

    /** The phantom's mean is that of its reconstruction from data without noise, to what two iterations leave. */
    private Check osem() {
        Pair<float[]> made = reconstructed(data(0.5f), 8);
        double error = dot(made.device(), ones) / dot(phantom(), ones) - 1;
        return check(OSEM, "OSEM of a phantom, voxels", made, error, 0.01);
    }

    private Pair<float[]> reconstructed(EmissionData data, int subsets) {
        return both.pair(backend -> {
            try (Osem osem = backend.osem(scanner, grid, data, subsets)) {
                float[] image = osem.start();
                osem.iterate(image, 2, done -> {});
                return image;
            }
        });
    }

    /** @param background counts of each bin beside those of the phantom */
    private EmissionData data(float background) {
        float[] factors = random(scanner.bins(), 3);
        float[] counts = forward(both.cpu(), phantom());
        for (int n = 0; n < counts.length; n++) {
            factors[n] = 0.1f + 0.4f * factors[n];
            counts[n] = factors[n] * counts[n] + background;
        }
        float[] additive = new float[scanner.lines()];
        Arrays.fill(additive, background);
        return new EmissionData(counts, factors, additive);
    }

    /** A warm cylinder with a hot ball beside its axis. */
    private float[] phantom() {
        float[] image = new float[grid.voxels()];
        double radius = 0.35 * grid.nx() * grid.voxelMm();
        for (int i = 0, n = 0; i < grid.nx(); i++) {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++, n++) {
                    Vec3 p = grid.centre(i, j, k);
                    double ball = p.minus(new Vec3(radius / 2, -radius / 4, 0)).length();
                    image[n] = ball < radius / 4 ? 4 : Math.hypot(p.x(), p.y()) < radius ? 1 : 0;
                }
            }
        }
        return image;
    }

    static float[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int n = 0; n < count; n++) {
            values[n] = (float) random.nextDouble();
        }
        return values;
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int n = 0; n < a.length; n++) {
            sum += (double) a[n] * b[n];
        }
        return sum;
    }
}
