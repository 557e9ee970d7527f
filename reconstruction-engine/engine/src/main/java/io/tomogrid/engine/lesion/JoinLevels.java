package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * For the voxels around one lesion the highest threshold at which they hang together (26 neighbours) with its hottest voxel:
 * every isocontour of the lesion at once. Found by flooding downhill from the hottest voxel within a box of
 * {@value #MARGIN_MM} mm about the lesion's mask; other lesions are not entered. Where the flood reaches the box's side it ends:
 * at that level and below, the lesion is not to be told from what is around it.
 */
final class JoinLevels {
    static final double MARGIN_MM = 20;

    private static final float NEVER = Float.NEGATIVE_INFINITY;

    private final Volume suv;
    private final GridSize size;
    /** First voxel of the box, and how many there are, along the columns, rows and slices. */
    private final int[] from = new int[3];

    private final int[] extent = new int[3];
    private final float[] join;
    private float leak = NEVER;

    private JoinLevels(Volume suv, int[] low, int[] high) {
        this.suv = suv;
        size = suv.geometry().size();
        int[] of = {size.nx(), size.ny(), size.nz()};
        VolumeGeometry g = suv.geometry();
        Vec3[] steps = {g.columnStep(), g.rowStep(), g.sliceStep()};
        for (int axis = 0; axis < 3; axis++) {
            int margin = (int) Math.ceil(MARGIN_MM / steps[axis].length());
            from[axis] = Math.max(0, low[axis] - margin);
            extent[axis] = Math.min(of[axis] - 1, high[axis] + margin) - from[axis] + 1;
        }
        join = new float[extent[0] * extent[1] * extent[2]];
        Arrays.fill(join, NEVER);
    }

    /**
     * @param box lowest and highest index of the lesion's mask along each axis
     * @param lowest level below which nobody will ask
     */
    static JoinLevels of(Volume suv, short[] labels, int number, int[][] box, int hottest, double lowest) {
        JoinLevels levels = new JoinLevels(suv, box[0], box[1]);
        levels.flood(labels, (short) number, hottest, lowest);
        return levels;
    }

    private void flood(short[] labels, short number, int hottest, double lowest) {
        // hottest first, of equal ones that with the smaller index; positive floats order as their bits do
        var open = new PriorityQueue<Long>();
        boolean[] seen = new boolean[join.length];
        int seed = local(hottest);
        if (!(suv.voxels()[hottest] > 0)) {
            return;
        }
        seen[seed] = true;
        open.add(key(suv.voxels()[hottest], seed));
        while (!open.isEmpty()) {
            long next = open.poll();
            int at = (int) next;
            float level = Float.intBitsToFloat((int) (Integer.MAX_VALUE - (next >> 32)));
            if (atSide(at)) {
                leak = level;
                return;
            }
            join[at] = level;
            int x = at % extent[0];
            int y = at / extent[0] % extent[1];
            int z = at / extent[0] / extent[1];
            for (int n = 0; n < 27; n++) {
                int other = inside(x + n % 3 - 1, y + n / 3 % 3 - 1, z + n / 9 - 1);
                if (other < 0 || seen[other]) {
                    continue;
                }
                seen[other] = true;
                int global = global(other);
                float value = suv.voxels()[global];
                if (value >= lowest && value > 0 && (labels[global] == 0 || labels[global] == number)) {
                    open.add(key(Math.min(level, value), other));
                }
            }
        }
    }

    private static long key(float level, int at) {
        return (long) (Integer.MAX_VALUE - Float.floatToIntBits(level)) << 32 | at;
    }

    /** At a side of the box that is not the volume's own end. */
    private boolean atSide(int at) {
        int[] place = {at % extent[0], at / extent[0] % extent[1], at / extent[0] / extent[1]};
        int[] of = {size.nx(), size.ny(), size.nz()};
        for (int axis = 0; axis < 3; axis++) {
            boolean first = place[axis] == 0 && from[axis] > 0;
            boolean last = place[axis] == extent[axis] - 1 && from[axis] + extent[axis] < of[axis];
            if (first || last) {
                return true;
            }
        }
        return false;
    }

    /** Thresholds above it bound the lesion. */
    double leak() {
        return leak;
    }

    /** The voxels that a threshold leaves together with the hottest, as indices in storage, ascending. */
    int[] region(double threshold) {
        int[] voxels = new int[join.length];
        int count = 0;
        for (int at = 0; at < join.length; at++) {
            if (join[at] >= threshold) {
                voxels[count++] = global(at);
            }
        }
        return Arrays.copyOf(voxels, count);
    }

    /**
     * The threshold with the steepest surface: over the pairs of face neighbours that it parts, the mean of their gradients is
     * greatest, of equal ones the lowest.
     *
     * @param levels ascending
     * @return NaN if no level bounds the lesion
     */
    double steepest(double[] levels) {
        double[] sum = new double[levels.length + 1];
        int[] pairs = new int[levels.length + 1];
        for (int at = 0; at < join.length; at++) {
            int x = at % extent[0];
            int y = at / extent[0] % extent[1];
            int z = at / extent[0] / extent[1];
            pair(at, inside(x + 1, y, z), levels, sum, pairs);
            pair(at, inside(x, y + 1, z), levels, sum, pairs);
            pair(at, inside(x, y, z + 1), levels, sum, pairs);
        }
        double best = Double.NaN;
        double steepest = 0;
        double total = 0;
        int count = 0;
        for (int n = 0; n < levels.length; n++) {
            total += sum[n];
            count += pairs[n];
            if (levels[n] > leak && count > 0 && total / count > steepest) {
                steepest = total / count;
                best = levels[n];
            }
        }
        return best;
    }

    /** A pair lies on the surface of every level above the lower and up to the higher of the two. */
    private void pair(int a, int b, double[] levels, double[] sum, int[] pairs) {
        if (b < 0 || join[a] == join[b]) {
            return;
        }
        int first = upTo(levels, Math.min(join[a], join[b]));
        int end = upTo(levels, Math.max(join[a], join[b]));
        if (first < end) {
            double gradient = (gradient(global(a)) + gradient(global(b))) / 2;
            sum[first] += gradient;
            sum[end] -= gradient;
            pairs[first]++;
            pairs[end]--;
        }
    }

    /** How many levels are not above a value. */
    private static int upTo(double[] levels, float value) {
        int at = Arrays.binarySearch(levels, value);
        return at >= 0 ? at + 1 : -at - 1;
    }

    /** Magnitude of the gradient by central differences, one-sided at the volume's end, g/ml per mm. */
    private double gradient(int voxel) {
        VolumeGeometry g = suv.geometry();
        double di = difference(voxel, voxel % size.nx(), size.nx(), 1);
        double dj = difference(voxel, voxel / size.nx() % size.ny(), size.ny(), size.nx());
        double dk = difference(voxel, voxel / size.nx() / size.ny(), size.nz(), size.nx() * size.ny());
        double determinant = g.columnStep().cross(g.rowStep()).dot(g.sliceStep());
        Vec3 gradient = g.rowStep()
                .cross(g.sliceStep())
                .times(di)
                .plus(g.sliceStep().cross(g.columnStep()).times(dj))
                .plus(g.columnStep().cross(g.rowStep()).times(dk));
        return gradient.length() / Math.abs(determinant);
    }

    private double difference(int voxel, int place, int of, int stride) {
        int before = place > 0 ? voxel - stride : voxel;
        int after = place < of - 1 ? voxel + stride : voxel;
        return before == after
                ? 0
                : (suv.voxels()[after] - suv.voxels()[before]) / (double) ((after - before) / stride);
    }

    private int inside(int x, int y, int z) {
        boolean inside = x >= 0 && y >= 0 && z >= 0 && x < extent[0] && y < extent[1] && z < extent[2];
        return inside ? (z * extent[1] + y) * extent[0] + x : -1;
    }

    private int local(int voxel) {
        return inside(
                voxel % size.nx() - from[0],
                voxel / size.nx() % size.ny() - from[1],
                voxel / size.nx() / size.ny() - from[2]);
    }

    private int global(int at) {
        return size.index(
                from[0] + at % extent[0], from[1] + at / extent[0] % extent[1], from[2] + at / extent[0] / extent[1]);
    }
}
