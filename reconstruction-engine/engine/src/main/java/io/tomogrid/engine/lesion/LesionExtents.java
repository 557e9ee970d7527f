package io.tomogrid.engine.lesion;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The lesions of a study delineated in several ways, beside the mask that found them (QNT-04). A lesion by a threshold is what
 * hangs together with its hottest voxel and has at least that SUV; where that runs on beyond
 * {@value JoinLevels#MARGIN_MM} mm about the mask, the way gives no volume for it.
 *
 * @param perLesion for each lesion, in their order, its extent by each way
 * @param total for each way, all lesions together
 */
public record LesionExtents(List<List<Extent>> perLesion, List<Burden> total) {
    private static final int FIRST_PERCENT = 20;
    private static final int LAST_PERCENT = 80;
    private static final String RUNS_ON = "runs on into what is around it";

    public LesionExtents {
        perLesion = perLesion.stream().map(List::copyOf).toList();
        total = List.copyOf(total);
    }

    /** An extent and its voxels, as indices in storage. */
    private record Found(Extent extent, int[] voxels) {}

    /**
     * @param suv the volume that the lesions were measured on
     * @throws IllegalArgumentException if it has another size
     */
    public static LesionExtents of(Volume suv, Lesions lesions, List<Delineation> ways, Parallel parallel) {
        if (suv.voxels().length != lesions.labels().length) {
            throw new IllegalArgumentException(
                    "suv: expected " + lesions.labels().length + " voxels, got " + suv.voxels().length);
        }
        int count = lesions.lesions().size();
        int[][][] boxes = boxes(lesions);
        Found[][] found = new Found[count][];
        parallel.run(count, n -> found[n] = delineate(suv, lesions, n, boxes[n], ways));
        List<List<Extent>> perLesion = new ArrayList<>();
        for (Found[] ofLesion : found) {
            perLesion.add(java.util.Arrays.stream(ofLesion).map(Found::extent).toList());
        }
        List<Burden> total = new ArrayList<>();
        for (int way = 0; way < ways.size(); way++) {
            total.add(together(suv, ways.get(way), way, found));
        }
        return new LesionExtents(perLesion, total);
    }

    private static Found[] delineate(Volume suv, Lesions lesions, int n, int[][] box, List<Delineation> ways) {
        Lesion lesion = lesions.lesions().get(n);
        double lowest = ways.stream()
                .mapToDouble(way -> lowest(way, lesion.suvMax()))
                .min()
                .orElse(lesion.suvMax());
        JoinLevels levels =
                JoinLevels.of(suv, lesions.labels(), lesion.number(), box, index(suv, lesion.suvMaxAt()), lowest);
        return ways.stream().map(way -> found(suv, lesion, way, levels)).toArray(Found[]::new);
    }

    private static double lowest(Delineation way, double max) {
        if (way instanceof Delineation.Fixed fixed) {
            return fixed.suv();
        }
        return max * (way instanceof Delineation.Relative relative ? relative.ofMaximum() : FIRST_PERCENT / 100.0);
    }

    private static Found found(Volume suv, Lesion lesion, Delineation way, JoinLevels levels) {
        double threshold = way instanceof Delineation.Gradient
                ? levels.steepest(percents(lesion.suvMax()))
                : lowest(way, lesion.suvMax());
        if (Double.isNaN(threshold) || threshold <= levels.leak()) {
            return new Found(Extent.none(way, threshold, RUNS_ON), new int[0]);
        }
        int[] voxels = levels.region(threshold);
        double ml = voxels.length * suv.geometry().voxelVolume() / 1000;
        double tlg = sum(suv, voxels) * suv.geometry().voxelVolume() / 1000;
        return new Found(new Extent(way, threshold, voxels.length, ml, tlg, ""), voxels);
    }

    private static double[] percents(double max) {
        double[] levels = new double[LAST_PERCENT - FIRST_PERCENT + 1];
        for (int n = 0; n < levels.length; n++) {
            levels[n] = max * (FIRST_PERCENT + n) / 100;
        }
        return levels;
    }

    private static Burden together(Volume suv, Delineation method, int way, Found[][] found) {
        BitSet taken = new BitSet();
        double sum = 0;
        List<Integer> missing = new ArrayList<>();
        for (int n = 0; n < found.length; n++) {
            if (!found[n][way].extent().available()) {
                missing.add(n + 1);
            }
            for (int voxel : found[n][way].voxels()) {
                if (!taken.get(voxel)) {
                    taken.set(voxel);
                    sum += suv.voxels()[voxel];
                }
            }
        }
        if (!missing.isEmpty()) {
            return new Burden(method, Double.NaN, Double.NaN, "lesions " + missing + " have no volume by this way");
        }
        double voxelMl = suv.geometry().voxelVolume() / 1000;
        return new Burden(method, taken.cardinality() * voxelMl, sum * voxelMl, "");
    }

    private static double sum(Volume suv, int[] voxels) {
        double sum = 0;
        for (int voxel : voxels) {
            sum += suv.voxels()[voxel];
        }
        return sum;
    }

    private static int index(Volume suv, Vec3 place) {
        Vec3 v = suv.geometry().toVoxel(place);
        return suv.geometry().size().index((int) Math.rint(v.x()), (int) Math.rint(v.y()), (int) Math.rint(v.z()));
    }

    /** For each lesion lowest and highest index along the columns, rows and slices. */
    private static int[][][] boxes(Lesions lesions) {
        GridSize size = lesions.geometry().size();
        int[][][] boxes = new int[lesions.lesions().size()][][];
        short[] labels = lesions.labels();
        for (int voxel = 0; voxel < labels.length; voxel++) {
            int number = Short.toUnsignedInt(labels[voxel]);
            if (number > 0) {
                int[] place = {voxel % size.nx(), voxel / size.nx() % size.ny(), voxel / size.nx() / size.ny()};
                int[][] box = boxes[number - 1];
                if (box == null) {
                    boxes[number - 1] = new int[][] {place.clone(), place.clone()};
                    continue;
                }
                for (int axis = 0; axis < 3; axis++) {
                    box[0][axis] = Math.min(box[0][axis], place[axis]);
                    box[1][axis] = Math.max(box[1][axis], place[axis]);
                }
            }
        }
        return boxes;
    }
}
