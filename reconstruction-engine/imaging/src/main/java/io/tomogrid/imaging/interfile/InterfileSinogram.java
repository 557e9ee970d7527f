package io.tomogrid.imaging.interfile;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.Normalisation;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.PetScan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prompts of one frame as STIR writes them, header and data in one payload: docs/pet-raw-format.md. Efficiencies, randoms and
 * attenuation stand in files of their own there; here crystals count as alike and attenuation comes from the study's CT.
 */
public final class InterfileSinogram {
    /** Name of the format in DICOM and in messages. */
    public static final String NAME = "INTERFILE-STIR";

    public static final int VERSION = 1;
    /** Key of our own: counts per second on a line of one pair of crystals, for 1 positron/(s·ml) on each mm of it. */
    public static final String SENSITIVITY = "tomogrid sensitivity";

    /** Key of our own: of the scanner in the patient, LPS. */
    public static final String CENTRE = "tomogrid scanner centre (mm)";

    private static final byte[] END = "!END OF INTERFILE".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_HEADER = 1 << 20;
    private static final double CM = 10;
    private static final int LEAST_SPAN = 3;

    private final InterfileHeader header;
    private final ByteBuffer data;
    private final boolean padded;

    private InterfileSinogram(InterfileHeader header, ByteBuffer data, boolean padded) {
        this.header = header;
        this.data = data;
        this.padded = padded;
    }

    /** @throws PetRawException naming the key and the value at fault */
    public static PetScan read(byte[] payload) throws PetRawException {
        int end = end(payload);
        InterfileHeader header = InterfileHeader.of(new String(payload, 0, end, StandardCharsets.ISO_8859_1));
        boolean padded = payload.length % 2 == 0;
        try {
            return new InterfileSinogram(
                            header,
                            ByteBuffer.wrap(payload, end, payload.length - end).slice(),
                            padded)
                    .read();
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException("Interfile: " + impossible.getMessage());
        }
    }

    /** After the line of the last key. */
    private static int end(byte[] payload) throws PetRawException {
        int last = Math.min(payload.length, LONGEST_HEADER) - END.length;
        for (int at = 0; at < last; at++) {
            boolean found = at == 0 || payload[at - 1] == '\n';
            for (int n = 0; found && n < END.length; n++) {
                found = Character.toUpperCase(payload[at + n]) == END[n];
            }
            for (int line = at; found && line < payload.length; line++) {
                if (payload[line] == '\n') {
                    return line + 1;
                }
            }
        }
        throw new PetRawException("Interfile: no line !END OF INTERFILE := within " + LONGEST_HEADER + " bytes");
    }

    private PetScan read() throws PetRawException {
        expect("type of data", "PET");
        expect("pet data type", "Emission");
        refuseArcCorrection();
        if (header.number("number of time frames", 1) != 1) {
            throw fault("number of time frames", "1, each frame is sent as an object of its own");
        }
        if (header.text("maximum number of (unmashed) tof time bins").isPresent()
                || header.whole("number of dimensions") != 4) {
            throw fault("number of dimensions", "4: time of flight in Interfile is not read");
        }
        double sensitivity = header.text(SENSITIVITY).isPresent() ? header.number(SENSITIVITY) : 0;
        if (!(sensitivity > 0)) {
            throw new PetRawException("Interfile: the key '" + SENSITIVITY
                    + "' is missing or not positive, so counts cannot become Bq/ml");
        }
        Layout layout = Layout.of(header);
        CylindricalScanner scanner = scanner(layout);
        float[] prompts = prompts(scanner, layout);
        float[] ones = new float[scanner.crystalsPerRing()];
        Arrays.fill(ones, 1);
        var time = new FrameTime(
                header.number("image relative start time (sec)[1]", 0),
                header.number("image duration (sec)[1]"),
                Double.NaN);
        return PetScan.of(new PetAcquisition(
                scanner,
                centre(),
                time,
                sensitivity,
                prompts,
                new float[0],
                new Normalisation(ones, pairs(scanner, layout), false),
                new float[scanner.lines()],
                false));
    }

    private Vec3 centre() throws PetRawException {
        double[] at = header.numbers(CENTRE);
        if (at.length != 3) {
            throw fault(CENTRE, "3 numbers");
        }
        return new Vec3(at[0], at[1], at[2]);
    }

    private void expect(String key, String value) throws PetRawException {
        if (!header.required(key).equalsIgnoreCase(value)) {
            throw fault(key, value);
        }
    }

    private void refuseArcCorrection() throws PetRawException {
        String applied = header.text("applied corrections").orElse("").toLowerCase(Locale.ROOT);
        if (applied.replaceAll("[{}\\s]|none", "").length() > 0) {
            throw fault(
                    "applied corrections", "none: counts as they were measured, neither arc-corrected nor otherwise");
        }
    }

    private PetRawException fault(String key, String expected) {
        return new PetRawException("Interfile: " + key + ": expected " + expected + ", got '"
                + header.text(key).orElse("") + "'");
    }

    /** Which of the axes is which. @param viewFirst whether views go on more slowly than axial positions */
    private record Layout(int[] planes, int views, int radialBins, int[] least, int[] most, boolean viewFirst) {
        static Layout of(InterfileHeader header) throws PetRawException {
            String third = header.required("matrix axis label[3]").toLowerCase(Locale.ROOT);
            boolean viewFirst = third.equals("view");
            String second = header.required("matrix axis label[2]").toLowerCase(Locale.ROOT);
            boolean known = viewFirst
                    ? second.equals("axial coordinate")
                    : third.equals("axial coordinate") && second.equals("view");
            if (!known
                    || !header.required("matrix axis label[4]").equalsIgnoreCase("segment")
                    || !header.required("matrix axis label[1]").equalsIgnoreCase("tangential coordinate")) {
                throw new PetRawException("Interfile: matrix axis label: expected segment, view and axial coordinate in"
                        + " either order, tangential coordinate, got " + third + ", " + second);
            }
            int[] planes = header.list(viewFirst ? "matrix size[2]" : "matrix size[3]");
            int[] least = header.list("minimum ring difference per segment");
            int[] most = header.list("maximum ring difference per segment");
            int segments = header.whole("matrix size[4]");
            if (planes.length != segments || least.length != segments || most.length != segments) {
                throw new PetRawException("Interfile: matrix size[4]: " + segments + " segments, but " + planes.length
                        + " numbers of planes and " + least.length + " and " + most.length + " ring differences");
            }
            return new Layout(
                    planes,
                    header.whole(viewFirst ? "matrix size[3]" : "matrix size[2]"),
                    header.whole("matrix size[1]"),
                    least,
                    most,
                    viewFirst);
        }
    }

    private CylindricalScanner scanner(Layout layout) throws PetRawException {
        int crystals = header.whole("number of detectors per ring");
        int rings = header.whole("number of rings");
        if (layout.views != crystals / 2) {
            throw new PetRawException("Interfile: " + layout.views + " views of " + crystals
                    + " detectors per ring: expected half as many, mashed views are not read");
        }
        List<AxialSegment> segments = new ArrayList<>();
        for (int s = 0; s < layout.planes.length; s++) {
            int span = layout.most[s] - layout.least[s] + 1;
            int nearest = layout.least[s] > 0 ? layout.least[s] : layout.most[s] < 0 ? -layout.most[s] : 0;
            if (span < LEAST_SPAN || span % 2 == 0 || layout.planes[s] != 2 * (rings - nearest) - 1) {
                throw new PetRawException("Interfile: segment of the ring differences " + layout.least[s] + " to "
                        + layout.most[s] + ": expected an odd span of at least 3 and " + (2 * (rings - nearest) - 1)
                        + " planes, got " + layout.planes[s]);
            }
            segments.add(new AxialSegment(layout.planes[s], (layout.least[s] + layout.most[s]) / 2.0));
        }
        double radius = CM
                * (header.number("inner ring diameter (cm)") / 2
                        + header.number("average depth of interaction (cm)", 0));
        // STIR's first detector is in front of the patient's back: at −y of its axes, which are ours
        double phase = -crystals / 4.0 + header.number("view offset (degrees)", 0) / 360 * crystals;
        return new CylindricalScanner(
                crystals,
                radius,
                rings,
                CM * header.number("distance between rings (cm)"),
                layout.radialBins,
                segments,
                phase);
    }

    /** How many pairs of rings each plane sums. */
    private static float[] pairs(CylindricalScanner scanner, Layout layout) {
        float[] pairs = new float[scanner.planes()];
        for (int s = 0, first = 0; s < layout.planes.length; first += layout.planes[s++]) {
            for (int a = 0; a < scanner.rings(); a++) {
                for (int b = 0; b < scanner.rings(); b++) {
                    int plane = a + b - (scanner.rings() - 1) + (layout.planes[s] - 1) / 2;
                    if (b - a >= layout.least[s] && b - a <= layout.most[s] && plane >= 0 && plane < layout.planes[s]) {
                        pairs[first + plane]++;
                    }
                }
            }
        }
        return pairs;
    }

    /** In our order: planes fastest, of all segments together. */
    private float[] prompts(CylindricalScanner scanner, Layout layout) throws PetRawException {
        String format = header.required("number format").toLowerCase(Locale.ROOT);
        int bytes = header.whole("number of bytes per pixel");
        boolean real = format.equals("float") && bytes == Float.BYTES;
        boolean signed = format.equals("signed integer");
        if (!real && !((signed || format.equals("unsigned integer")) && (bytes == 2 || bytes == 4))) {
            throw fault("number format", "float of 4 bytes or integers of 2 or 4, not of " + bytes);
        }
        String order = header.text("imagedata byte order").orElse("BIGENDIAN");
        if (!order.equalsIgnoreCase("LITTLEENDIAN") && !order.equalsIgnoreCase("BIGENDIAN")) {
            throw fault("imagedata byte order", "LITTLEENDIAN or BIGENDIAN");
        }
        data.order(order.equalsIgnoreCase("LITTLEENDIAN") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long offset = (long) header.number("data offset in bytes[1]", 0);
        double scale = header.number("image scaling factor[1]", 1);
        long length = offset + (long) scanner.bins() * bytes;
        boolean one = padded && data.capacity() == length + 1;
        if (offset < 0 || data.capacity() != length && !one) {
            throw new PetRawException("Interfile: expected " + length + " bytes of data, " + scanner.bins()
                    + " bins of " + bytes + ", got " + data.capacity());
        }
        data.position((int) offset);
        float[] prompts = new float[scanner.bins()];
        for (int s = 0, first = 0; s < layout.planes.length; first += layout.planes[s++]) {
            int outer = layout.viewFirst ? layout.views : layout.planes[s];
            int inner = layout.viewFirst ? layout.planes[s] : layout.views;
            for (int n = 0; n < outer * inner; n++) {
                int view = layout.viewFirst ? n / inner : n % inner;
                int plane = layout.viewFirst ? n % inner : n / inner;
                for (int radial = 0; radial < layout.radialBins; radial++) {
                    double value = real
                            ? data.getFloat()
                            : bytes == 2
                                    ? signed ? data.getShort() : Short.toUnsignedInt(data.getShort())
                                    : signed ? data.getInt() : Integer.toUnsignedLong(data.getInt());
                    prompts[(view * layout.radialBins + radial) * scanner.planes() + first + plane] =
                            (float) (scale * value);
                }
            }
        }
        return prompts;
    }
}
