package io.tomogrid.engine.resample;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;

/**
 * Brings a volume onto another grid of its frame of reference by trilinear interpolation, as {@link Trilinear} defines
 * it: a function linear along each axis comes out exact to a few ulp of the largest of the eight neighbours, a constant
 * stays that constant, and a grid resampled onto itself stays the same bits.
 */
public final class Resampler {
    /* Aligned grids go the separable way: per axis one table of neighbours and weights; per slice one lerp of two source
     * planes, per row one of two of its rows (both contiguous, so they run on vectors), and only the last step gathers,
     * from a row that is in the first cache. It does the same operations on the same numbers in the same order as the
     * general way and so gives the same bits; ResamplerTest holds the two against each other. */

    private final Parallel parallel;

    public Resampler(Parallel parallel) {
        this.parallel = parallel;
    }

    /**
     * @param outside the value of places beyond the source's outermost voxel faces, in the source's unit
     * @return a volume of the source's unit on the target grid
     * @throws IllegalArgumentException if the grids lie in different frames of reference
     */
    public Volume resample(Volume source, VolumeGeometry target, float outside) {
        IndexMap map = IndexMap.between(target, source.geometry());
        return map.separable() ? separable(source, target, map, outside) : general(source, target, map, outside);
    }

    Volume general(Volume source, VolumeGeometry target, IndexMap map, float outside) {
        GridSize size = target.size();
        float[] out = new float[size.voxels()];
        Trilinear sampler = new Trilinear(source);
        parallel.run(size.nz(), k -> {
            int at = size.index(0, 0, k);
            for (int j = 0; j < size.ny(); j++) {
                for (int i = 0; i < size.nx(); i++) {
                    out[at++] = sampler.at(map.x(i, j, k), map.y(i, j, k), map.z(i, j, k), outside);
                }
            }
        });
        return new Volume(target, out, source.unit());
    }

    private Volume separable(Volume source, VolumeGeometry target, IndexMap map, float outside) {
        GridSize size = target.size();
        GridSize from = source.geometry().size();
        Axis x = Axis.of(i -> map.x(i, 0, 0), size.nx(), from.nx());
        Axis y = Axis.of(j -> map.y(0, j, 0), size.ny(), from.ny());
        Axis z = Axis.of(k -> map.z(0, 0, k), size.nz(), from.nz());
        float[] out = new float[size.voxels()];
        parallel.run(size.nz(), k -> {
            int at = size.index(0, 0, k);
            if (!z.inside(k)) {
                Arrays.fill(out, at, at + size.nx() * size.ny(), outside);
                return;
            }
            float[] plane = new float[from.nx() * from.ny()];
            float[] row = new float[from.nx()];
            lerp(source.voxels(), z.lower[k] * plane.length, z.upper[k] * plane.length, z.weight[k], plane);
            for (int j = 0; j < size.ny(); j++, at += size.nx()) {
                if (y.inside(j)) {
                    lerp(plane, y.lower[j] * row.length, y.upper[j] * row.length, y.weight[j], row);
                    gather(row, x, out, at, outside);
                } else {
                    Arrays.fill(out, at, at + size.nx(), outside);
                }
            }
        });
        return new Volume(target, out, source.unit());
    }

    private static void lerp(float[] values, int a, int b, float weight, float[] into) {
        for (int n = 0; n < into.length; n++) {
            into[n] = values[a + n] + weight * (values[b + n] - values[a + n]);
        }
    }

    private static void gather(float[] row, Axis x, float[] out, int at, float outside) {
        Arrays.fill(out, at, at + x.first, outside);
        for (int i = x.first; i < x.end; i++) {
            float a = row[x.lower[i]];
            out[at + i] = a + x.weight[i] * (row[x.upper[i]] - a);
        }
        Arrays.fill(out, at + x.end, at + x.lower.length, outside);
    }
}
