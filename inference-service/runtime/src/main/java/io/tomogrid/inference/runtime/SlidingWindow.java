package io.tomogrid.inference.runtime;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model of patches on a whole volume: overlapping patches, blended by a Gaussian, so that the middle of a patch,
 * where the model sees most, counts most. A volume that is smaller than a patch is filled up with zeros.
 */
public final class SlidingWindow {
    /* At each voxel the answer is Σ w·y / Σ w over the patches that hold it: the weights w/Σw sum to one.
     * w is a separable Gaussian about the patch's centre with a standard deviation of an eighth of the patch's extent [1].
     * [1] Isensee et al., nnU-Net, Nature Methods 18 (2021) 203. */
    private static final double SIGMA = 1.0 / 8;
    private static final int AXES = 3;

    private final int[] patch;
    private final double overlap;
    private final boolean flips;

    /**
     * @param patch extents, z, y, x @param overlap share of a patch that the next one covers too, 0 to below 1
     * @param flips whether each patch is also asked mirrored in each axis and their combinations, and the eight averaged
     */
    public SlidingWindow(List<Integer> patch, double overlap, boolean flips) {
        if (patch.size() != AXES || patch.stream().anyMatch(n -> n < 1) || overlap < 0 || overlap >= 1) {
            throw new IllegalArgumentException("patch " + patch + " with an overlap of " + overlap);
        }
        this.patch = patch.stream().mapToInt(Integer::intValue).toArray();
        this.overlap = overlap;
        this.flips = flips;
    }

    /** A model of patches. */
    public interface Run<E extends Exception> {
        Map<String, Tensor> of(Map<String, Tensor> inputs) throws ModelException, E;
    }

    /** Whether the volume needs patches at all. */
    public boolean divides(Map<String, Tensor> inputs) {
        return flips || inputs.values().stream().anyMatch(tensor -> !java.util.Arrays.equals(grid(tensor), patch));
    }

    /**
     * @param inputs FP32 tensors, all with the same three last extents z, y, x
     * @return the model's outputs on the grid of the inputs; FP32, or UINT8 of 0 and 1, which are blended and rounded
     * @throws ModelException if inputs or outputs are of another kind, or the model fails
     */
    public <E extends Exception> Map<String, Tensor> run(Map<String, Tensor> inputs, Run<E> model)
            throws ModelException, E {
        int[] grid = check(inputs);
        float[] weights = weights();
        Map<String, Blend> blends = new LinkedHashMap<>();
        for (int z : starts(grid[0], patch[0])) {
            for (int y : starts(grid[1], patch[1])) {
                for (int x : starts(grid[2], patch[2])) {
                    int[] at = {z, y, x};
                    Map<String, Tensor> cut = new LinkedHashMap<>();
                    inputs.forEach((name, tensor) -> cut.put(name, cut(tensor, grid, at)));
                    for (int flip = 0; flip < (flips ? 1 << AXES : 1); flip++) {
                        int mirrored = flip;
                        Map<String, Tensor> asked = new LinkedHashMap<>();
                        cut.forEach((name, tensor) -> asked.put(name, mirror(tensor, mirrored)));
                        for (var output : model.of(asked).entrySet()) {
                            blends.computeIfAbsent(output.getKey(), name -> new Blend(grid))
                                    .add(output.getKey(), mirror(output.getValue(), mirrored), at, weights);
                        }
                    }
                }
            }
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        blends.forEach((name, blend) -> outputs.put(name, blend.result()));
        return outputs;
    }

    private static int[] check(Map<String, Tensor> inputs) throws ModelException {
        int[] grid = null;
        for (var input : inputs.entrySet()) {
            Tensor tensor = input.getValue();
            if (tensor.type() != Tensor.Type.FP32 || tensor.shape().length < AXES) {
                throw new ModelException(
                        "input " + input.getKey() + ": expected FP32 with at least z, y, x, got " + tensor);
            }
            int[] own = grid(tensor);
            if (grid != null && !java.util.Arrays.equals(grid, own)) {
                throw new ModelException("input " + input.getKey() + ": not on the grid of the others: " + tensor);
            }
            grid = own;
        }
        if (grid == null || grid[0] == 0 || grid[1] == 0 || grid[2] == 0) {
            throw new ModelException("inputs: expected at least one voxel");
        }
        return grid;
    }

    private static int[] grid(Tensor tensor) {
        long[] shape = tensor.shape();
        int n = shape.length;
        return n < AXES ? new int[0] : new int[] {(int) shape[n - 3], (int) shape[n - 2], (int) shape[n - 1]};
    }

    /** Evenly spread, the first at 0 and the last at the end. */
    int[] starts(int extent, int size) {
        if (extent <= size) {
            return new int[] {0};
        }
        double stride = Math.max(1, size * (1 - overlap));
        int n = (int) Math.ceil((extent - size) / stride) + 1;
        int[] starts = new int[n];
        for (int i = 0; i < n; i++) {
            starts[i] = (int) Math.round((double) i * (extent - size) / (n - 1));
        }
        return starts;
    }

    private float[] weights() {
        float[] weights = new float[patch[0] * patch[1] * patch[2]];
        int i = 0;
        for (int z = 0; z < patch[0]; z++) {
            for (int y = 0; y < patch[1]; y++) {
                for (int x = 0; x < patch[2]; x++) {
                    weights[i++] = (float) (gauss(z, patch[0]) * gauss(y, patch[1]) * gauss(x, patch[2]));
                }
            }
        }
        return weights;
    }

    private static double gauss(int at, int size) {
        double distance = (at - (size - 1) / 2.0) / (SIGMA * size);
        return Math.exp(-distance * distance / 2);
    }

    /** The patch of the tensor that begins there, each leading extent whole. */
    private Tensor cut(Tensor tensor, int[] grid, int[] at) {
        FloatBuffer from = tensor.data().asFloatBuffer();
        int planes = from.limit() / (grid[0] * grid[1] * grid[2]);
        ByteBuffer bytes = floats(planes * patch[0] * patch[1] * patch[2]);
        FloatBuffer to = bytes.asFloatBuffer();
        int rows = Math.min(patch[2], grid[2] - at[2]);
        for (int p = 0; p < planes; p++) {
            for (int z = 0; z < Math.min(patch[0], grid[0]); z++) {
                for (int y = 0; y < Math.min(patch[1], grid[1]); y++) {
                    int source = ((p * grid[0] + at[0] + z) * grid[1] + at[1] + y) * grid[2] + at[2];
                    to.put(((p * patch[0] + z) * patch[1] + y) * patch[2], from, source, rows);
                }
            }
        }
        return new Tensor(Tensor.Type.FP32, shape(tensor.shape(), patch), bytes);
    }

    /** @param axes bit 0 mirrors x, bit 1 y, bit 2 z */
    private Tensor mirror(Tensor tensor, int axes) {
        if (axes == 0) {
            return tensor;
        }
        int bytes = tensor.type().bytes();
        ByteBuffer from = tensor.data();
        ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        int planes = from.remaining() / bytes / (patch[0] * patch[1] * patch[2]);
        for (int i = 0, p = 0; p < planes; p++) {
            for (int z = 0; z < patch[0]; z++) {
                for (int y = 0; y < patch[1]; y++) {
                    for (int x = 0; x < patch[2]; x++, i++) {
                        int sz = (axes & 4) == 0 ? z : patch[0] - 1 - z;
                        int sy = (axes & 2) == 0 ? y : patch[1] - 1 - y;
                        int sx = (axes & 1) == 0 ? x : patch[2] - 1 - x;
                        int source = ((p * patch[0] + sz) * patch[1] + sy) * patch[2] + sx;
                        for (int b = 0; b < bytes; b++) {
                            to.put(i * bytes + b, from.get(source * bytes + b));
                        }
                    }
                }
            }
        }
        return new Tensor(tensor.type(), tensor.shape(), to);
    }

    private static long[] shape(long[] leading, int[] last) {
        long[] shape = leading.clone();
        for (int axis = 0; axis < AXES; axis++) {
            shape[shape.length - AXES + axis] = last[axis];
        }
        return shape;
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** One output, as far as it is known. */
    private final class Blend {
        private final int[] grid;
        private final float[] total;
        private Tensor.Type type;
        private long[] shape;
        private float[] sums;

        private Blend(int[] grid) {
            this.grid = grid;
            this.total = new float[grid[0] * grid[1] * grid[2]];
        }

        private void add(String name, Tensor answer, int[] at, float[] weights) throws ModelException {
            boolean mask = answer.type() == Tensor.Type.UINT8;
            if (!mask && answer.type() != Tensor.Type.FP32 || !java.util.Arrays.equals(grid(answer), patch)) {
                throw new ModelException("output " + name + ": expected FP32 or a mask of UINT8 on the patch "
                        + java.util.Arrays.toString(patch) + ", got " + answer);
            }
            int planes = answer.data().remaining() / answer.type().bytes() / weights.length;
            if (sums == null) {
                type = answer.type();
                shape = shape(answer.shape(), grid);
                sums = new float[Math.multiplyExact(planes, total.length)];
            }
            ByteBuffer bytes = answer.data();
            FloatBuffer values = mask ? null : bytes.asFloatBuffer();
            for (int p = 0; p < planes; p++) {
                for (int z = 0; z < Math.min(patch[0], grid[0]); z++) {
                    for (int y = 0; y < Math.min(patch[1], grid[1]); y++) {
                        int to = ((at[0] + z) * grid[1] + at[1] + y) * grid[2] + at[2];
                        int from = (z * patch[1] + y) * patch[2];
                        for (int x = 0; x < Math.min(patch[2], grid[2]); x++) {
                            float w = weights[from + x];
                            int i = p * weights.length + from + x;
                            float value = mask ? bytes.get(i) & 0xff : values.get(i);
                            sums[p * total.length + to + x] += w * value;
                            total[to + x] += p == 0 ? w : 0;
                        }
                    }
                }
            }
        }

        private Tensor result() {
            boolean mask = type == Tensor.Type.UINT8;
            ByteBuffer bytes = mask ? ByteBuffer.allocateDirect(sums.length) : floats(sums.length);
            for (int i = 0; i < sums.length; i++) {
                float value = sums[i] / total[i % total.length];
                if (mask) {
                    bytes.put(i, (byte) Math.round(value));
                } else {
                    bytes.putFloat(i * Float.BYTES, value);
                }
            }
            return new Tensor(type, shape, bytes);
        }
    }
}
