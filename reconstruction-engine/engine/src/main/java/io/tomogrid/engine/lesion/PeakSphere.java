package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;

/**
 * The sphere of 1 ml (radius 6.2035 mm) whose mean is SUVpeak (Wahl et al., PERCIST, J Nucl Med 2009; 50 Suppl 1:
 * 122S). Its centre is the centre of a voxel; each voxel counts by the part of it that lies within the sphere, found on
 * {@value #SUBDIVISION}³ points of the voxel.
 */
public final class PeakSphere {
    /** mm: (3 · 1000 mm³ / 4π)^⅓. */
    public static final double RADIUS_MM = 6.203504908994;

    private static final int SUBDIVISION = 10;

    private final GridSize size;
    private final int[] di;
    private final int[] dj;
    private final int[] dk;
    private final int[] offset;
    private final double[] weight;
    private final int[] reach = new int[3];

    public PeakSphere(VolumeGeometry geometry) {
        size = geometry.size();
        int ri = extent(geometry.rowStep().cross(geometry.sliceStep()), geometry);
        int rj = extent(geometry.sliceStep().cross(geometry.columnStep()), geometry);
        int rk = extent(geometry.columnStep().cross(geometry.rowStep()), geometry);
        int box = (2 * ri + 1) * (2 * rj + 1) * (2 * rk + 1);
        int[] i = new int[box];
        int[] j = new int[box];
        int[] k = new int[box];
        double[] w = new double[box];
        int count = 0;
        double sum = 0;
        for (int n = 0; n < box; n++) {
            i[count] = n % (2 * ri + 1) - ri;
            j[count] = n / (2 * ri + 1) % (2 * rj + 1) - rj;
            k[count] = n / (2 * ri + 1) / (2 * rj + 1) - rk;
            w[count] = overlap(geometry, i[count], j[count], k[count]);
            if (w[count] > 0) {
                sum += w[count];
                count++;
            }
        }
        di = Arrays.copyOf(i, count);
        dj = Arrays.copyOf(j, count);
        dk = Arrays.copyOf(k, count);
        weight = new double[count];
        offset = new int[count];
        for (int n = 0; n < count; n++) {
            weight[n] = w[n] / sum;
            offset[n] = (dk[n] * size.ny() + dj[n]) * size.nx() + di[n];
            reach[0] = Math.max(reach[0], Math.abs(di[n]));
            reach[1] = Math.max(reach[1], Math.abs(dj[n]));
            reach[2] = Math.max(reach[2], Math.abs(dk[n]));
        }
    }

    /** Voxels along an axis, from the centre, that a sphere can touch: the radius over the planes' distance and half a voxel. */
    private static int extent(Vec3 planeNormal, VolumeGeometry geometry) {
        return (int) Math.ceil(RADIUS_MM * planeNormal.length() / geometry.voxelVolume() + 0.5);
    }

    /** The part, 0 to 1, of the voxel at an offset from the sphere's centre that lies within the sphere. */
    private static double overlap(VolumeGeometry g, int i, int j, int k) {
        Vec3 centre = g.columnStep()
                .times(i)
                .plus(g.rowStep().times(j))
                .plus(g.sliceStep().times(k));
        double halfDiagonal =
                (g.columnStep().length() + g.rowStep().length() + g.sliceStep().length()) / 2;
        if (centre.length() + halfDiagonal <= RADIUS_MM) {
            return 1;
        }
        if (centre.length() - halfDiagonal > RADIUS_MM) {
            return 0;
        }
        int within = 0;
        for (int c = 0; c < SUBDIVISION; c++) {
            for (int b = 0; b < SUBDIVISION; b++) {
                for (int a = 0; a < SUBDIVISION; a++) {
                    Vec3 point = centre.plus(g.columnStep().times(part(a)))
                            .plus(g.rowStep().times(part(b)))
                            .plus(g.sliceStep().times(part(c)));
                    within += point.dot(point) <= RADIUS_MM * RADIUS_MM ? 1 : 0;
                }
            }
        }
        return within / (double) (SUBDIVISION * SUBDIVISION * SUBDIVISION);
    }

    private static double part(int n) {
        return (n + 0.5) / SUBDIVISION - 0.5;
    }

    /** Voxels that the sphere covers, wholly or in part. */
    public int voxels() {
        return weight.length;
    }

    /** How far in storage each of these voxels is from the centre; not to be written into. */
    public int[] offsets() {
        return offset;
    }

    /** What each of these voxels counts, in sum 1; not to be written into. */
    public double[] weights() {
        return weight;
    }

    /** Voxels from the centre to the farthest, along the columns, rows and slices; not to be written into. */
    public int[] reach() {
        return reach;
    }

    /**
     * The means of the spheres about the voxels of a run.
     *
     * @param suv the volume's voxels
     * @param start index in storage of the run's first voxel
     * @param length voxels of the run, all in one row
     * @param means OVERWRITTEN up to length; NaN where the sphere leaves the volume
     */
    void means(float[] suv, int start, int length, double[] means) {
        int i = start % size.nx();
        int j = start / size.nx() % size.ny();
        int k = start / size.nx() / size.ny();
        boolean holds = j >= reach[1] && j + reach[1] < size.ny() && k >= reach[2] && k + reach[2] < size.nz();
        int from = Math.min(length, holds ? Math.max(0, reach[0] - i) : length);
        int to = Math.max(from, Math.min(length, size.nx() - reach[0] - i));
        Arrays.fill(means, 0, from, Double.NaN);
        Arrays.fill(means, from, to, 0);
        Arrays.fill(means, to, length, Double.NaN);
        for (int n = 0; n < weight.length; n++) {
            add(suv, start + offset[n], weight[n], means, from, to);
        }
    }

    private static void add(float[] suv, int at, double weight, double[] means, int from, int to) {
        for (int x = from; x < to; x++) {
            means[x] += weight * suv[at + x];
        }
    }
}
