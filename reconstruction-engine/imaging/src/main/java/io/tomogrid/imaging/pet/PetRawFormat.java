package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link PetScan}, versions 1 and 2, described in docs/pet-raw-format.md. All numbers are little endian; the
 * last 32 bytes are the SHA-256 of all before them. One zero byte more may follow, since DICOM pads to even lengths.
 */
public final class PetRawFormat {
    /** Name of the format in DICOM and in messages. */
    public static final String NAME = "TOMOGRID-PET-SINOGRAM";

    /** One frame, its background with scatter. */
    public static final int VERSION = 1;
    /** Several frames, plane efficiencies, dead time, energy window. */
    public static final int FRAMES_VERSION = 2;
    /** A longer payload is refused. */
    public static final int MOST_BYTES = 1 << 30;

    static final int HEADER = 88;
    static final int SEGMENT = 16;
    static final int WINDOW = 24;
    static final int FRAME = 56;
    static final int DIGEST = 32;
    private static final int MOST_FRAMES = 1 << 12;
    private static final long MAGIC = 0x1a5445504f4d4f54L; // "TOMOPET" and 0x1A
    private static final int UINT16 = 1;
    private static final int FLOAT32 = 2;
    private static final int HAS_ATTENUATION = 1;
    private static final int HAS_SCATTER = 2;
    private static final int MOST_SEGMENTS = 1 << 10;
    private static final float LARGEST_UINT16 = 0xffff;

    private PetRawFormat() {}

    /** A frame by itself, in version 1 where that can say all of it. */
    public static byte[] write(PetAcquisition acquisition) {
        return write(PetScan.of(acquisition));
    }

    /** Version 1 where that can say all of it, else 2. Prompts are 16-bit numbers when all are whole and fit, else floats. */
    public static byte[] write(PetScan scan) {
        CylindricalScanner scanner = scan.scanner();
        if (scanner.phase() != 0.5) {
            throw new IllegalArgumentException(NAME + ": expected a scanner of phase 0.5, got " + scanner.phase());
        }
        PetAcquisition first = scan.sinograms().get(0);
        int version = fitsVersion1(scan) ? VERSION : FRAMES_VERSION;
        long length = HEADER + (long) SEGMENT * scanner.segments().size() + DIGEST;
        length += Float.BYTES * (long) scanner.crystalsPerRing();
        length += version == VERSION ? 0 : WINDOW + Float.BYTES * (long) scanner.planes();
        for (PetAcquisition frame : scan.sinograms()) {
            length += bytes(scanner, type(frame), version == VERSION ? -1 : flags(frame));
        }
        if (length > MOST_BYTES) {
            throw new IllegalArgumentException(NAME + ": expected at most " + MOST_BYTES + " bytes, got " + length);
        }
        ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC)
                .putShort((short) version)
                .putShort((short) scanner.segments().size())
                .putInt(scanner.crystalsPerRing())
                .putInt(scanner.rings())
                .putInt(scanner.radialBins())
                .putInt(version == VERSION ? type(first) : 0)
                .putInt(version == VERSION ? 0 : scan.frames().size())
                .putDouble(scanner.radiusMm())
                .putDouble(scanner.ringPitchMm())
                .putDouble(first.centre().x())
                .putDouble(first.centre().y())
                .putDouble(first.centre().z())
                .putDouble(scan.durationS())
                .putDouble(first.sensitivity());
        for (AxialSegment segment : scanner.segments()) {
            out.putInt(segment.planes()).putInt(0).putDouble(segment.ringDifference());
        }
        if (version != VERSION) {
            EnergyWindow window = scan.window();
            out.putDouble(window.lowerKeV()).putDouble(window.upperKeV()).putDouble(window.resolution());
        }
        put(out, first.normalisation().crystals());
        if (version != VERSION) {
            put(out, first.normalisation().planes());
        }
        for (PetAcquisition frame : scan.sinograms()) {
            put(out, frame, version);
        }
        return out.put(sha256(out.array(), out.position())).array();
    }

    private static void put(ByteBuffer out, PetAcquisition frame, int version) {
        int type = type(frame);
        if (version != VERSION) {
            out.putInt(flags(frame))
                    .putInt(type)
                    .putDouble(frame.centre().x())
                    .putDouble(frame.centre().y())
                    .putDouble(frame.centre().z())
                    .putDouble(frame.time().startS())
                    .putDouble(frame.time().durationS())
                    .putDouble(frame.time().liveFraction());
        }
        put(out, frame.background());
        put(out, frame.attenuation());
        if (type == UINT16) {
            for (float count : frame.prompts()) {
                out.putShort((short) (int) count);
            }
        } else {
            put(out, frame.prompts());
        }
    }

    /** The version that a payload states; 0 if it is too short to have one. */
    public static int version(byte[] payload) {
        return payload.length < HEADER
                ? 0
                : Short.toUnsignedInt(
                        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getShort(Long.BYTES));
    }

    /** @throws PetRawException naming what is wrong; nothing is taken from bytes whose digest does not match */
    public static PetScan read(byte[] bytes) throws PetRawException {
        require(
                bytes.length >= HEADER + DIGEST && bytes.length <= MOST_BYTES + 1,
                "expected " + (HEADER + DIGEST) + " to " + MOST_BYTES + " bytes, got " + bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(in.getLong() == MAGIC, "the bytes do not begin with its magic number");
        int version = Short.toUnsignedInt(in.getShort());
        require(version == VERSION || version == FRAMES_VERSION, "version " + version + ", this release reads 1 and 2");
        boolean one = version == VERSION;
        int segments = Short.toUnsignedInt(in.getShort());
        require(segments <= MOST_SEGMENTS, "at most " + MOST_SEGMENTS + " segments, got " + segments);
        int crystals = in.getInt();
        int rings = in.getInt();
        int radialBins = in.getInt();
        int type = in.getInt();
        require(!one || type == UINT16 || type == FLOAT32, "type of the prompts " + type + ", expected 1 or 2");
        int frames = in.getInt();
        require(!one || frames == 0, "reserved bytes that are not 0");
        require(one || type == 0, "reserved bytes that are not 0");
        require(one || frames >= 1 && frames <= MOST_FRAMES, "1 to " + MOST_FRAMES + " frames, got " + frames);
        double radius = in.getDouble();
        double pitch = in.getDouble();
        Vec3 centre = vector(in);
        double duration = in.getDouble();
        double sensitivity = in.getDouble();
        require(in.remaining() >= SEGMENT * segments + DIGEST, "cut off in its table of " + segments + " segments");
        CylindricalScanner scanner = scanner(in, segments, crystals, radius, rings, pitch, radialBins);
        checkBytes(bytes, length(in, scanner, one ? type : 0, frames));
        try {
            EnergyWindow window =
                    one ? PetScan.USUAL_WINDOW : new EnergyWindow(in.getDouble(), in.getDouble(), in.getDouble());
            float[] ofCrystals = floats(in, scanner.crystalsPerRing());
            if (one) {
                var only = new Frame(HAS_ATTENUATION | HAS_SCATTER, type, centre, FrameTime.of(duration));
                return new PetScan(
                        window,
                        List.of(only.read(in, scanner, sensitivity, Normalisation.ofCrystals(ofCrystals, scanner))));
            }
            Normalisation normalisation = new Normalisation(ofCrystals, floats(in, scanner.planes()));
            List<PetFrame> all = new ArrayList<>();
            for (int n = 0; n < frames; n++) {
                all.add(Frame.header(in).read(in, scanner, sensitivity, normalisation));
            }
            return new PetScan(window, all);
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException(NAME + ": " + impossible.getMessage(), impossible);
        }
    }

    /** What stands before the arrays of a frame. */
    private record Frame(int flags, int type, Vec3 centre, FrameTime time) {
        static Frame header(ByteBuffer in) {
            int flags = in.getInt();
            int type = in.getInt();
            return new Frame(flags, type, vector(in), new FrameTime(in.getDouble(), in.getDouble(), in.getDouble()));
        }

        PetAcquisition read(
                ByteBuffer in, CylindricalScanner scanner, double sensitivity, Normalisation normalisation) {
            float[] background = floats(in, scanner.lines());
            float[] attenuation = floats(in, (flags & HAS_ATTENUATION) != 0 ? scanner.bins() : 0);
            float[] prompts = type == UINT16 ? shorts(in, scanner.bins()) : floats(in, scanner.bins());
            return new PetAcquisition(
                    scanner,
                    centre,
                    time,
                    sensitivity,
                    prompts,
                    attenuation,
                    normalisation,
                    background,
                    (flags & HAS_SCATTER) != 0);
        }
    }

    /** Length that the headers justify; they are read ahead, the arrays are not. @param type of version 1, else 0 */
    private static long length(ByteBuffer in, CylindricalScanner scanner, int type, int frames) throws PetRawException {
        long length = in.position() + Float.BYTES * (long) scanner.crystalsPerRing();
        if (type != 0) {
            return length + bytes(scanner, type, -1) + DIGEST;
        }
        length += WINDOW + Float.BYTES * (long) scanner.planes();
        for (int n = 0; n < frames; n++) {
            require(length + FRAME + DIGEST <= in.capacity(), "cut off before frame " + n + " of " + frames);
            int flags = in.getInt((int) length);
            int ofFrame = in.getInt((int) length + Integer.BYTES);
            require(
                    (flags & ~(HAS_ATTENUATION | HAS_SCATTER)) == 0,
                    "flags " + flags + " of frame " + n + ", expected 0 to 3");
            require(
                    ofFrame == UINT16 || ofFrame == FLOAT32,
                    "type of the prompts " + ofFrame + " in frame " + n + ", expected 1 or 2");
            length += bytes(scanner, ofFrame, flags);
        }
        return length + DIGEST;
    }

    private static void checkBytes(byte[] bytes, long length) throws PetRawException {
        boolean padded = bytes.length == length + 1 && bytes[bytes.length - 1] == 0;
        require(bytes.length == length || padded, "expected " + length + " bytes, got " + bytes.length);
        int signed = (int) length - DIGEST;
        require(
                MessageDigest.isEqual(sha256(bytes, signed), Arrays.copyOfRange(bytes, signed, signed + DIGEST)),
                "its SHA-256 does not match: it was damaged");
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

    private static boolean fitsVersion1(PetScan scan) {
        PetAcquisition first = scan.sinograms().get(0);
        return scan.frames().size() == 1
                && first.time().startS() == 0
                && !first.time().deadTimeKnown()
                && first.hasAttenuation()
                && first.scatterInBackground()
                && first.normalisation().planesAlike();
    }

    private static int flags(PetAcquisition frame) {
        return (frame.hasAttenuation() ? HAS_ATTENUATION : 0) | (frame.scatterInBackground() ? HAS_SCATTER : 0);
    }

    /** Of a frame. @param flags −1 for version 1, whose frame has no header and all arrays */
    private static long bytes(CylindricalScanner scanner, int type, int flags) {
        long perBin = (flags & HAS_ATTENUATION) != 0 ? Float.BYTES : 0;
        perBin += type == UINT16 ? Short.BYTES : Float.BYTES;
        return (flags < 0 ? 0 : FRAME) + Float.BYTES * (long) scanner.lines() + perBin * scanner.bins();
    }

    private static int type(PetAcquisition frame) {
        for (float count : frame.prompts()) {
            if (count != (int) count || count > LARGEST_UINT16) {
                return FLOAT32;
            }
        }
        return UINT16;
    }

    private static Vec3 vector(ByteBuffer in) {
        return new Vec3(in.getDouble(), in.getDouble(), in.getDouble());
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

    private static void require(boolean holds, String fault) throws PetRawException {
        if (!holds) {
            throw new PetRawException(NAME + ": " + fault);
        }
    }
}
