package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a {@link PetAcquisition}, version 1, described in docs/pet-raw-format.md. All numbers are little endian; the
 * last 32 bytes are the SHA-256 of all before them. One zero byte more may follow, since DICOM pads to even lengths.
 */
public final class PetRawFormat {
    /** Name of the format in DICOM and in messages. */
    public static final String NAME = "TOMOGRID-PET-SINOGRAM";

    public static final int VERSION = 1;
    /** A longer payload is refused. */
    public static final int MOST_BYTES = 1 << 30;

    static final int HEADER = 88;
    static final int SEGMENT = 16;
    static final int DIGEST = 32;
    private static final long MAGIC = 0x1a5445504f4d4f54L; // "TOMOPET" and 0x1A
    private static final int UINT16 = 1;
    private static final int FLOAT32 = 2;
    private static final int MOST_SEGMENTS = 1 << 10;
    private static final float LARGEST_UINT16 = 0xffff;

    private PetRawFormat() {}

    /** Prompts are written as 16-bit numbers when all of them are whole and fit, else as floats. */
    public static byte[] write(PetAcquisition acquisition) {
        CylindricalScanner scanner = acquisition.scanner();
        int type = whole(acquisition.prompts()) ? UINT16 : FLOAT32;
        long length = length(scanner, type);
        if (length > MOST_BYTES) {
            throw new IllegalArgumentException(NAME + ": expected at most " + MOST_BYTES + " bytes, got " + length);
        }
        ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC)
                .putShort((short) VERSION)
                .putShort((short) scanner.segments().size())
                .putInt(scanner.crystalsPerRing())
                .putInt(scanner.rings())
                .putInt(scanner.radialBins())
                .putInt(type)
                .putInt(0)
                .putDouble(scanner.radiusMm())
                .putDouble(scanner.ringPitchMm())
                .putDouble(acquisition.centre().x())
                .putDouble(acquisition.centre().y())
                .putDouble(acquisition.centre().z())
                .putDouble(acquisition.durationS())
                .putDouble(acquisition.sensitivity());
        for (AxialSegment segment : scanner.segments()) {
            out.putInt(segment.planes()).putInt(0).putDouble(segment.ringDifference());
        }
        put(out, acquisition.efficiencies());
        put(out, acquisition.background());
        put(out, acquisition.attenuation());
        if (type == UINT16) {
            for (float count : acquisition.prompts()) {
                out.putShort((short) (int) count);
            }
        } else {
            put(out, acquisition.prompts());
        }
        return out.put(sha256(out.array(), out.position())).array();
    }

    /** @throws PetRawException naming what is wrong; nothing is taken from bytes whose digest does not match */
    public static PetAcquisition read(byte[] bytes) throws PetRawException {
        require(
                bytes.length >= HEADER + DIGEST && bytes.length <= MOST_BYTES + 1,
                "expected " + (HEADER + DIGEST) + " to " + MOST_BYTES + " bytes, got " + bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(in.getLong() == MAGIC, "the bytes do not begin with its magic number");
        int version = Short.toUnsignedInt(in.getShort());
        require(version == VERSION, "version " + version + ", this release reads " + VERSION);
        int segments = Short.toUnsignedInt(in.getShort());
        require(segments <= MOST_SEGMENTS, "at most " + MOST_SEGMENTS + " segments, got " + segments);
        int crystals = in.getInt();
        int rings = in.getInt();
        int radialBins = in.getInt();
        int type = in.getInt();
        require(type == UINT16 || type == FLOAT32, "type of the prompts " + type + ", expected 1 or 2");
        require(in.getInt() == 0, "reserved bytes that are not 0");
        double radius = in.getDouble();
        double pitch = in.getDouble();
        Vec3 centre = new Vec3(in.getDouble(), in.getDouble(), in.getDouble());
        double duration = in.getDouble();
        double sensitivity = in.getDouble();
        require(in.remaining() >= SEGMENT * segments + DIGEST, "cut off in its table of " + segments + " segments");
        CylindricalScanner scanner = scanner(in, segments, crystals, radius, rings, pitch, radialBins);
        long length = length(scanner, type);
        boolean padded = bytes.length == length + 1 && bytes[bytes.length - 1] == 0;
        require(bytes.length == length || padded, "expected " + length + " bytes, got " + bytes.length);
        int signed = (int) length - DIGEST;
        require(
                MessageDigest.isEqual(sha256(bytes, signed), digest(bytes, signed)),
                "its SHA-256 does not match: it was damaged");
        float[] efficiencies = floats(in, scanner.crystalsPerRing());
        float[] background = floats(in, scanner.lines());
        float[] attenuation = floats(in, scanner.bins());
        float[] prompts = type == UINT16 ? shorts(in, scanner.bins()) : floats(in, scanner.bins());
        try {
            return new PetAcquisition(
                    scanner, centre, duration, sensitivity, prompts, attenuation, efficiencies, background);
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException(NAME + ": " + impossible.getMessage(), impossible);
        }
    }

    private static CylindricalScanner scanner(
            ByteBuffer in, int segments, int crystals, double radius, int rings, double pitch, int radialBins)
            throws PetRawException {
        try {
            List<AxialSegment> table = new ArrayList<>();
            for (int s = 0; s < segments; s++) {
                int planes = in.getInt();
                require(in.getInt() == 0, "reserved bytes that are not 0");
                table.add(new AxialSegment(planes, in.getDouble()));
            }
            return new CylindricalScanner(crystals, radius, rings, pitch, radialBins, table);
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException(NAME + ": " + impossible.getMessage(), impossible);
        }
    }

    private static long length(CylindricalScanner scanner, int type) {
        long perBin = Float.BYTES + (type == UINT16 ? Short.BYTES : Float.BYTES);
        return HEADER
                + (long) SEGMENT * scanner.segments().size()
                + Float.BYTES * ((long) scanner.crystalsPerRing() + scanner.lines())
                + perBin * scanner.bins()
                + DIGEST;
    }

    private static boolean whole(float[] counts) {
        for (float count : counts) {
            if (count != (int) count || count > LARGEST_UINT16) {
                return false;
            }
        }
        return true;
    }

    private static void put(ByteBuffer out, float[] values) {
        out.asFloatBuffer().put(values);
        out.position(out.position() + Float.BYTES * values.length);
    }

    private static float[] floats(ByteBuffer in, int count) {
        float[] values = new float[count];
        in.asFloatBuffer().get(values);
        in.position(in.position() + Float.BYTES * count);
        return values;
    }

    private static float[] shorts(ByteBuffer in, int count) {
        float[] values = new float[count];
        for (int n = 0; n < count; n++) {
            values[n] = Short.toUnsignedInt(in.getShort());
        }
        return values;
    }

    private static byte[] sha256(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    private static byte[] digest(byte[] bytes, int from) {
        return java.util.Arrays.copyOfRange(bytes, from, from + DIGEST);
    }

    private static void require(boolean holds, String fault) throws PetRawException {
        if (!holds) {
            throw new PetRawException(NAME + ": " + fault);
        }
    }
}
