package io.tomogrid.engine.lesion;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Finds and measures the lesions of a mask on an SUV volume, all sums in double and in a fixed order. */
public final class LesionMeasures {
    /** Components smaller than this are no lesions, ml. */
    public static final double SMALLEST_ML = 0.5;

    /** What the labels can tell apart. */
    public static final int MOST_LESIONS = 65535;

    private static final double ROUNDING = 1e-9;
    private static final int RUNS_PER_PART = 512;

    private final Parallel parallel;
    private final SphereMeans spheres;

    public LesionMeasures(Parallel parallel) {
        this(parallel, SphereMeans.ON_PROCESSORS);
    }

    /** @param parallel for what is left to the processors: components, sums and maxima */
    public LesionMeasures(Parallel parallel, SphereMeans spheres) {
        this.parallel = parallel;
        this.spheres = spheres;
    }

    /**
     * @param suv SUV per voxel
     * @param mask on the same grid, x fastest; anything but zero belongs to a lesion
     * @throws IllegalArgumentException if the mask has another size, a masked voxel is not finite, or there are more than
     *     {@value #MOST_LESIONS} lesions
     */
    public Lesions measure(Volume suv, byte[] mask) {
        VolumeGeometry geometry = suv.geometry();
        Components components = ConnectedComponents.of(geometry.size(), mask, parallel);
        List<Integer> kept = largestFirst(components, geometry.voxelVolume());
        int[] numbers = new int[components.count() + 1];
        for (int n = 0; n < kept.size(); n++) {
            numbers[kept.get(n)] = n + 1;
        }
        RunMeasures runs = RunMeasures.of(suv, components, numbers, spheres, parallel, RUNS_PER_PART);
        Sums[] sums = new Sums[kept.size() + 1];
        Arrays.setAll(sums, number -> new Sums());
        for (int run = 0; run < components.runs(); run++) {
            int number = numbers[components.component(run)];
            if (number > 0) {
                sums[number].add(components, run, runs);
            }
        }
        List<Lesion> lesions = new ArrayList<>();
        for (int number = 1; number < sums.length; number++) {
            lesions.add(sums[number].lesion(number, geometry));
        }
        return new Lesions(geometry, lesions, labels(components, numbers), components.count() - kept.size());
    }

    private static List<Integer> largestFirst(Components components, double voxelMm3) {
        List<Integer> kept = new ArrayList<>();
        for (int component = 1; component <= components.count(); component++) {
            if (components.voxels(component) * voxelMm3 / 1000 >= SMALLEST_ML * (1 - ROUNDING)) {
                kept.add(component);
            }
        }
        if (kept.size() > MOST_LESIONS) {
            throw new IllegalArgumentException("mask: " + kept.size() + " components of at least " + SMALLEST_ML
                    + " ml, at most " + MOST_LESIONS + " can be told apart; check the model's output");
        }
        kept.sort(Comparator.comparingInt(components::voxels).reversed()); // stable, so equal ones stay by first voxel
        return kept;
    }

    private short[] labels(Components components, int[] numbers) {
        short[] labels = new short[components.size().voxels()];
        for (int run = 0; run < components.runs(); run++) {
            int start = components.start(run);
            Arrays.fill(labels, start, start + components.length(run), (short) numbers[components.component(run)]);
        }
        return labels;
    }

    /** What the runs of one lesion add up to. */
    private static final class Sums {
        private int voxels;
        private double suv;
        private double max = Double.NEGATIVE_INFINITY;
        private int maxAt;
        private double peak = Double.NaN;
        private int peakAt = -1;
        private long twiceI;
        private long j;
        private long k;

        void add(Components components, int run, RunMeasures runs) {
            GridSize size = components.size();
            int start = components.start(run);
            int length = components.length(run);
            voxels += length;
            suv += runs.sum[run];
            if (runs.max[run] > max) {
                max = runs.max[run];
                maxAt = runs.maxAt[run];
            }
            if (runs.peakAt[run] >= 0 && !(runs.peak[run] <= peak)) {
                peak = runs.peak[run];
                peakAt = runs.peakAt[run];
            }
            twiceI += (long) length * (2 * (start % size.nx()) + length - 1);
            j += (long) length * (start / size.nx() % size.ny());
            k += (long) length * (start / size.nx() / size.ny());
        }

        Lesion lesion(int number, VolumeGeometry geometry) {
            double mtvMl = voxels * geometry.voxelVolume() / 1000;
            double mean = suv / voxels;
            return new Lesion(
                    number,
                    voxels,
                    mtvMl,
                    max,
                    centre(geometry, maxAt),
                    mean,
                    peak,
                    peakAt < 0 ? null : centre(geometry, peakAt),
                    mean * mtvMl,
                    geometry.toPatient(twiceI / 2.0 / voxels, (double) j / voxels, (double) k / voxels));
        }

        private static Vec3 centre(VolumeGeometry geometry, int index) {
            GridSize size = geometry.size();
            return geometry.toPatient(index % size.nx(), index / size.nx() % size.ny(), index / size.nx() / size.ny());
        }
    }
}
