package io.tomogrid.engine;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** Grids and volumes made from formulas. */
public final class Phantoms {
    public static final String FRAME = "2.25.1";

    private Phantoms() {}

    /** Aligned with the patient, its middle at the origin. */
    public static VolumeGeometry aligned(int nx, int ny, int nz, double dx, double dy, double dz) {
        return grid(nx, ny, nz, new Vec3(dx, 0, 0), new Vec3(0, dy, 0), new Vec3(0, 0, dz));
    }

    /** Any three directions, its middle at the origin. */
    public static VolumeGeometry grid(int nx, int ny, int nz, Vec3 column, Vec3 row, Vec3 slice) {
        Vec3 toMiddle =
                column.times((nx - 1) / 2.0).plus(row.times((ny - 1) / 2.0)).plus(slice.times((nz - 1) / 2.0));
        return new VolumeGeometry(new GridSize(nx, ny, nz), toMiddle.times(-1), column, row, slice, FRAME);
    }

    /** Oblique rows and columns, slices sheared as by a tilted gantry. */
    public static VolumeGeometry sheared(int nx, int ny, int nz, double spacing) {
        double c = Math.cos(0.3);
        double s = Math.sin(0.3);
        return grid(
                nx,
                ny,
                nz,
                new Vec3(c * spacing, s * spacing, 0),
                new Vec3(-s * spacing, c * spacing, 0.2 * spacing),
                new Vec3(0, 0.4 * spacing, 1.3 * spacing));
    }

    /** The values of a function of the place, LPS mm. */
    public static Volume of(VolumeGeometry geometry, ToDoubleFunction<Vec3> value) {
        GridSize size = geometry.size();
        float[] voxels = new float[size.voxels()];
        for (int k = 0; k < size.nz(); k++) {
            for (int j = 0; j < size.ny(); j++) {
                for (int i = 0; i < size.nx(); i++) {
                    voxels[size.index(i, j, k)] = (float) value.applyAsDouble(geometry.toPatient(i, j, k));
                }
            }
        }
        return new Volume(geometry, voxels, "g/ml{SUVbw}");
    }

    public static Volume random(VolumeGeometry geometry, long seed, float low, float high) {
        Random random = new Random(seed);
        float[] voxels = new float[geometry.size().voxels()];
        for (int n = 0; n < voxels.length; n++) {
            voxels[n] = low + random.nextFloat() * (high - low);
        }
        return new Volume(geometry, voxels, "g/ml{SUVbw}");
    }

    public static String sha256(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        return sha256(bytes.array());
    }

    public static String sha256(short[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length);
        bytes.asShortBuffer().put(values);
        return sha256(bytes.array());
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
