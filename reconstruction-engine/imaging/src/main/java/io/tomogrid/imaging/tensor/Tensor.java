package io.tomogrid.imaging.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An n-dimensional array.
 *
 * @param type element type
 * @param shape extents, slowest first (a volume is {@code [z, y, x]}); every extent is at least 0
 * @param data row-major values, little endian, position 0 and limit = elements × bytes of an element; read-only
 */
public record Tensor(Type type, long[] shape, ByteBuffer data) {

    /** Element types; the names are those of the Open Inference Protocol. */
    public enum Type {
        BOOL(1),
        UINT8(1),
        INT8(1),
        INT16(2),
        INT32(4),
        INT64(8),
        FP32(4),
        FP64(8);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        public int bytes() {
            return bytes;
        }
    }

    /** @throws IllegalArgumentException if the data's length does not follow from type and shape */
    public Tensor {
        shape = shape.clone();
        data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long expected = bytes(type, shape);
        if (data.remaining() != expected) {
            throw new IllegalArgumentException("tensor " + type + Arrays.toString(shape) + ": expected " + expected
                    + " bytes, got " + data.remaining());
        }
    }

    /** A float tensor over a copy of the values. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(Type.FP32, shape, bytes);
    }

    /**
     * Bytes that a tensor of this type and shape has.
     *
     * @throws IllegalArgumentException if an extent is negative or the size does not fit a Java buffer
     */
    public static long bytes(Type type, long[] shape) {
        try {
            long bytes = type.bytes();
            for (long extent : shape) {
                if (extent < 0) {
                    throw new IllegalArgumentException("negative extent in shape " + Arrays.toString(shape));
                }
                bytes = Math.multiplyExact(bytes, extent);
            }
            return Math.toIntExact(bytes);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape too large: " + Arrays.toString(shape), e);
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** A view of its own position and limit, little endian, read-only. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @throws IllegalStateException if the type is not FP32 */
    public float[] floats() {
        require(Type.FP32);
        float[] values = new float[data.remaining() / Float.BYTES];
        data().asFloatBuffer().get(values);
        return values;
    }

    /** @throws IllegalStateException if an element has more than one byte */
    public byte[] byteValues() {
        if (type.bytes() != 1) {
            throw new IllegalStateException("expected a tensor of bytes, got " + type);
        }
        byte[] values = new byte[data.remaining()];
        data().get(values);
        return values;
    }

    private void require(Type expected) {
        if (type != expected) {
            throw new IllegalStateException("expected a tensor of " + expected + ", got " + type);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Tensor t && type == t.type && Arrays.equals(shape, t.shape) && data.equals(t.data);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return "Tensor[" + type + Arrays.toString(shape) + "]";
    }
}
