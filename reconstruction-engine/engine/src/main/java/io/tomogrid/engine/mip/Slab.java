package io.tomogrid.engine.mip;

import io.tomogrid.engine.resample.IndexMap;
import io.tomogrid.engine.resample.Trilinear;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;

/**
 * Some rows of the frames: the volume on the nodes of these rows, and its projection. Row fastest, so that a column of nodes
 * is projected by one loop over neighbouring numbers, which runs on vectors.
 */
final class Slab {
    private final RotationGeometry geometry;
    private final int columns;
    private final int reach;
    private final int firstRow;
    private final int rows;
    /** {@code [y][x][row]} */
    private final int[] nodes;

    Slab(RotationGeometry geometry, int firstRow, int rows) {
        this.geometry = geometry;
        this.columns = geometry.columns();
        this.reach = geometry.reach();
        this.firstRow = firstRow;
        this.rows = rows;
        this.nodes = new int[columns * columns * rows];
    }

    private boolean seen(int a, int b) {
        return (long) a * a + (long) b * b <= (long) reach * reach;
    }

    /** Gives every node within the circle the volume's value there. */
    void sample(Volume volume, Quantity quantity) {
        IndexMap map = IndexMap.between(geometry.nodes(), volume.geometry());
        Trilinear sampler = new Trilinear(volume);
        for (int b = 0; b < columns; b++) {
            for (int a = 0; a < columns; a++) {
                int at = (b * columns + a) * rows;
                int seen = seen(a - reach, b - reach) ? rows : 0;
                for (int s = 0; s < seen; s++) {
                    int r = firstRow + s;
                    nodes[at + s] =
                            quantity.stored(sampler.at(map.x(a, b, r), map.y(a, b, r), map.z(a, b, r), Float.NaN));
                }
            }
        }
    }

    /** Raises the nodes to the voxels next to them, so that no peak is lost between nodes. */
    void raise(Volume volume, Quantity quantity) {
        GridSize size = volume.geometry().size();
        IndexMap map = IndexMap.between(volume.geometry(), geometry.nodes());
        for (int k = 0; k < size.nz(); k++) {
            for (int j = 0; j < size.ny(); j++) {
                double from = map.z(0, j, k);
                double to = map.z(size.nx() - 1, j, k);
                if (nearest(Math.max(from, to)) >= firstRow && nearest(Math.min(from, to)) < firstRow + rows) {
                    raise(volume.voxels(), size.index(0, j, k), size.nx(), map, j, k, quantity);
                }
            }
        }
    }

    private void raise(float[] voxels, int at, int nx, IndexMap map, int j, int k, Quantity quantity) {
        for (int i = 0; i < nx; i++) {
            int stored = quantity.stored(voxels[at + i]);
            if (stored == 0) {
                continue;
            }
            int a = nearest(map.x(i, j, k));
            int b = nearest(map.y(i, j, k));
            int s = nearest(map.z(i, j, k)) - firstRow;
            if (s >= 0 && s < rows && seen(a - reach, b - reach)) {
                int node = (b * columns + a) * rows + s;
                nodes[node] = Math.max(nodes[node], stored);
            }
        }
    }

    /** Of two that are equally near, but for rounding, the later one. */
    private static int nearest(double index) {
        return (int) Math.floor(index + 0.5 + IndexMap.SNAP);
    }

    /** Writes these rows of all frames; those of an even rotation's second half mirror the first half's. */
    void project(short[] pixels) {
        int frames = geometry.projectedFrames();
        double[] alongX = new double[columns * frames];
        double[] alongY = new double[columns * frames];
        for (int frame = 0; frame < frames; frame++) {
            Vec3 direction = geometry.columnDirection(frame);
            for (int n = 0; n < columns; n++) {
                alongX[n * frames + frame] = geometry.alongX(direction, n);
                alongY[n * frames + frame] = geometry.alongY(direction, n);
            }
        }
        // floats hold the stored values exactly, and compilers vectorise their maximum where arrays are used at one
        // index
        float[][] largest = new float[frames * columns][rows];
        float[] values = new float[rows];
        for (int b = 0; b < columns; b++) {
            for (int a = 0; a < columns; a++) {
                int node = (b * columns + a) * rows;
                int shown = take(node, values) ? frames : 0;
                for (int frame = 0; frame < shown; frame++) {
                    int column = (int) (alongX[a * frames + frame] + alongY[b * frames + frame]);
                    max(largest[frame * columns + column], values, rows);
                }
            }
        }
        for (int frame = 0; frame < geometry.frames(); frame++) {
            write(largest, frame % frames, frame >= frames, pixels, frame);
        }
    }

    private void write(float[][] largest, int from, boolean mirrored, short[] pixels, int frame) {
        for (int s = 0; s < rows; s++) {
            int into = geometry.index(frame, firstRow + s, 0);
            for (int column = 0; column < columns; column++) {
                int source = mirrored ? columns - 1 - column : column;
                pixels[into + column] = (short) (int) largest[from * columns + source][s];
            }
        }
    }

    /** @param values OVERWRITTEN by a column of nodes @return whether any of them is more than 0 */
    private boolean take(int node, float[] values) {
        int any = 0;
        for (int s = 0; s < rows; s++) {
            any |= nodes[node + s];
            values[s] = nodes[node + s];
        }
        return any != 0;
    }

    private static void max(float[] into, float[] values, int count) {
        for (int n = 0; n < count; n++) {
            into[n] = Math.max(into[n], values[n]);
        }
    }
}
