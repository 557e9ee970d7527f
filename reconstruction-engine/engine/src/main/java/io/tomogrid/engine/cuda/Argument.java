package io.tomogrid.engine.cuda;

import io.tomogrid.engine.resample.IndexMap;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import jcuda.Pointer;

/** Arguments of kernels, laid out as the headers declare them; by names, since an int would pass for a float. */
final class Argument {
    private Argument() {}

    static Pointer ints(int... values) {
        return Pointer.to(values);
    }

    static Pointer real(float value) {
        return Pointer.to(new float[] {value});
    }

    static Pointer real(double value) {
        return Pointer.to(new double[] {value});
    }

    /** {@code struct Grid}. */
    static Pointer of(GridSize size) {
        return ints(size.nx(), size.ny(), size.nz());
    }

    /** {@code struct IndexMap}. */
    static Pointer of(IndexMap map) {
        double[] values = new double[12];
        int at = 0;
        for (Vec3 v : new Vec3[] {map.origin(), map.column(), map.row(), map.slice()}) {
            values[at++] = v.x();
            values[at++] = v.y();
            values[at++] = v.z();
        }
        return Pointer.to(values);
    }
}
