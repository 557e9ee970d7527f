package io.tomogrid.imaging.ctpd;

import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads the views of one scan.
 *
 * <p>The columns of the detector are taken to go on with the angle of the tube, the rows with z, and the axes of the scanner
 * to be the patient's. The central element counts from 1.
 */
public final class CtPdReader {
    private static final double LEAST_SPACING_MM = 0.01;
    private static final double MOST_SPACING_MM = 50;
    private static final double MOST_DISTANCE_MM = 5000;

    private CtPdReader() {}

    /**
     * A scan as it was sent.
     *
     * @param waterPerMm attenuation of water, 1/mm
     * @param order of the instances: place of the first view's instance, of the second's …
     */
    public record Series(CurvedScan scan, double waterPerMm, int[] order) {}

    /** Whether an instance tells the geometry of a view. */
    public static boolean isView(CtPdAttributes instance) {
        return instance.bytes(CtPdTag.ANGLE.tag).isPresent()
                && instance.bytes(CtPdTag.DETECTOR_ROWS.tag).isPresent();
    }

    /**
     * @param instances of one series, in any order
     * @throws CtScanException naming attribute, value and view at fault
     */
    public static Series read(List<? extends CtPdAttributes> instances) throws CtScanException {
        List<View> views = new ArrayList<>();
        for (int n = 0; n < instances.size(); n++) {
            views.add(View.of(n, instances.get(n)));
        }
        views.sort(Comparator.comparingInt(View::number));
        if (views.size() < 2) {
            throw new CtScanException("projections: expected at least 2 views, got " + views.size());
        }
        View first = views.get(0);
        float[][] projections = new float[views.size()][];
        List<CtView> geometry = new ArrayList<>();
        double angle = first.angle();
        for (int v = 0; v < projections.length; v++) {
            View view = views.get(v);
            if (v > 0 && view.number() != views.get(v - 1).number() + 1) {
                throw new CtScanException(CtPdTag.INSTANCE_NUMBER + ": expected "
                        + (views.get(v - 1).number() + 1) + " after "
                        + views.get(v - 1).number() + ", got "
                        + view.number() + ": a view is missing or twice there");
            }
            if (!view.detector().equals(first.detector())) {
                throw new CtScanException("detector of view " + view.number() + ": expected " + first.detector()
                        + " as in the first view, got " + view.detector());
            }
            angle += Math.IEEEremainder(view.angle() - angle, 2 * Math.PI);
            geometry.add(new CtView(angle, view.z(), view.radius(), view.spot()));
            projections[v] = view.integrals();
        }
        double water = new Values(first.number(), instances.get(first.place())).number(CtPdTag.WATER);
        int[] order = views.stream().mapToInt(View::place).toArray();
        return new Series(new CurvedScan(first.detector(), geometry, projections), water, order);
    }

    /** One instance. */
    private record View(
            int place,
            int number,
            CurvedDetector detector,
            double angle,
            double z,
            double radius,
            CtView.Spot spot,
            float[] integrals) {
        static View of(int place, CtPdAttributes instance) throws CtScanException {
            int number = (int) new Values(place + 1, instance).number(CtPdTag.INSTANCE_NUMBER);
            Values values = new Values(number, instance);
            String log = values.text(CtPdTag.LOG);
            if (log.equals("NO")) {
                throw new CtScanException(CtPdTag.LOG + " of view " + number
                        + ": expected line integrals, got NO: take the logarithm first");
            }
            CurvedDetector detector = detector(values);
            return new View(
                    place,
                    number,
                    detector,
                    values.floats(CtPdTag.ANGLE, 1)[0],
                    values.floats(CtPdTag.Z, 1)[0],
                    values.floats(CtPdTag.RADIUS, 1)[0],
                    new CtView.Spot(
                            values.shift(CtPdTag.SPOT_ANGLE),
                            values.shift(CtPdTag.SPOT_Z),
                            values.shift(CtPdTag.SPOT_RADIUS)),
                    integrals(values, detector));
        }

        private static CurvedDetector detector(Values values) throws CtScanException {
            String shape = values.text(CtPdTag.SHAPE);
            if (!shape.equals("CYLINDRICAL")) {
                throw new CtScanException(
                        CtPdTag.SHAPE + " of view " + values.view() + ": expected CYLINDRICAL, got '" + shape + "'");
            }
            float[] central = values.floats(CtPdTag.CENTRAL_ELEMENT, 2);
            try {
                return new CurvedDetector(
                        values.unsigned(CtPdTag.DETECTOR_COLUMNS),
                        values.unsigned(CtPdTag.DETECTOR_ROWS),
                        values.between(CtPdTag.TRANSVERSE_SPACING, LEAST_SPACING_MM, MOST_SPACING_MM),
                        values.between(CtPdTag.AXIAL_SPACING, LEAST_SPACING_MM, MOST_SPACING_MM),
                        values.between(CtPdTag.DETECTOR_RADIUS, 1, MOST_DISTANCE_MM),
                        central[0] - 1,
                        central[1] - 1);
            } catch (IllegalArgumentException impossible) {
                throw new CtScanException("view " + values.view() + ": " + impossible.getMessage());
            }
        }

        /** Stored with a row of the image for each row of the detector, or for each column: both occur. */
        private static float[] integrals(Values values, CurvedDetector detector) throws CtScanException {
            int rows = values.unsigned(CtPdTag.ROWS);
            int columns = values.unsigned(CtPdTag.COLUMNS);
            boolean upright = rows == detector.rows() && columns == detector.columns();
            if (!upright && (rows != detector.columns() || columns != detector.rows())) {
                throw new CtScanException(CtPdTag.ROWS + " of view " + values.view() + ": expected " + detector.rows()
                        + " x " + detector.columns() + " pixels as the detector has elements, got " + rows + " x "
                        + columns);
            }
            byte[] stored = values.bytes(CtPdTag.PIXEL_DATA);
            if (stored.length < 2 * detector.elements()) {
                throw new CtScanException(CtPdTag.PIXEL_DATA + " of view " + values.view() + ": expected "
                        + 2 * detector.elements() + " bytes, got " + stored.length);
            }
            double slope = values.number(CtPdTag.RESCALE_SLOPE);
            double intercept = values.number(CtPdTag.RESCALE_INTERCEPT);
            ByteBuffer pixels = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
            float[] integrals = new float[detector.elements()];
            for (int c = 0, n = 0; c < detector.columns(); c++) {
                for (int r = 0; r < detector.rows(); r++, n++) {
                    int at = upright ? r * detector.columns() + c : n;
                    integrals[n] = (float) (slope * Short.toUnsignedInt(pixels.getShort(2 * at)) + intercept);
                }
            }
            return integrals;
        }
    }

    /** Values of one instance. */
    private record Values(int view, CtPdAttributes instance) {
        byte[] bytes(CtPdTag tag) throws CtScanException {
            Optional<byte[]> bytes = instance.bytes(tag.tag);
            if (bytes.isEmpty() || bytes.get().length == 0) {
                throw new CtScanException(tag + " is missing in view " + view);
            }
            return bytes.get();
        }

        String text(CtPdTag tag) {
            return instance.bytes(tag.tag)
                    .map(bytes -> new String(bytes, StandardCharsets.US_ASCII)
                            .replace('\0', ' ')
                            .trim())
                    .orElse("");
        }

        int unsigned(CtPdTag tag) throws CtScanException {
            byte[] bytes = bytes(tag);
            if (bytes.length < 2) {
                throw new CtScanException(tag + " of view " + view + ": expected 2 bytes, got " + bytes.length);
            }
            return Short.toUnsignedInt(
                    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort());
        }

        float[] floats(CtPdTag tag, int count) throws CtScanException {
            byte[] bytes = bytes(tag);
            if (bytes.length != 4 * count) {
                throw new CtScanException(
                        tag + " of view " + view + ": expected " + 4 * count + " bytes of floats, got " + bytes.length);
            }
            float[] floats = new float[count];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(floats);
            for (float value : floats) {
                if (!Float.isFinite(value)) {
                    throw new CtScanException(tag + " of view " + view + ": expected a finite number, got " + value);
                }
            }
            return floats;
        }

        double between(CtPdTag tag, double least, double most) throws CtScanException {
            float value = floats(tag, 1)[0];
            if (!(value >= least && value <= most)) {
                throw new CtScanException(
                        tag + " of view " + view + ": expected " + least + " to " + most + " mm, got " + value);
            }
            return value;
        }

        /** 0 where the spot does not fly. */
        double shift(CtPdTag tag) throws CtScanException {
            return instance.bytes(tag.tag).isEmpty() ? 0 : floats(tag, 1)[0];
        }

        /** A decimal string, or a float where the writer took one. */
        double number(CtPdTag tag) throws CtScanException {
            String text = new String(bytes(tag), StandardCharsets.US_ASCII)
                    .replace('\0', ' ')
                    .trim();
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException noText) {
                return floats(tag, 1)[0];
            }
        }
    }
}
