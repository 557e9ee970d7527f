package io.tomogrid.imaging.ctpd;

import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes a scan as {@link CtPdReader} reads it. */
public final class CtPdWriter {
    private static final int LARGEST_STORED = 0xffff;
    private static final Map<Integer, String> CREATORS = Map.of(
            0x70290010, "DetectorSystemArrangementModule",
            0x70310010, "DetectorDynamicsModule",
            0x70330010, "SourceDynamicsModule",
            0x70370010, "ProjectionDataDefinitions",
            0x70390010, "PreprocessingFlagsModule",
            0x70410010, "WaterAttenuationModule");

    private final CurvedScan scan;
    private final double waterPerMm;
    private final String slope;
    private final double perStored;

    /** All views are stored with the slope that their largest line integral needs; negative ones become 0. */
    public CtPdWriter(CurvedScan scan, double waterPerMm) {
        this.scan = scan;
        this.waterPerMm = waterPerMm;
        float largest = 1e-3f;
        for (float[] view : scan.projections()) {
            for (float value : view) {
                largest = Math.max(largest, value);
            }
        }
        slope = String.format(Locale.ROOT, "%.8e", largest / (double) LARGEST_STORED);
        perStored = Double.parseDouble(slope);
    }

    /** Values of a view by tag, little endian: all attributes that the reader takes but the instance number. */
    public Map<Integer, byte[]> attributes(int view) {
        CurvedDetector detector = scan.detector();
        CtView at = scan.views().get(view);
        Map<Integer, byte[]> values = new TreeMap<>(Integer::compareUnsigned);
        CREATORS.forEach((tag, name) -> values.put(tag, ascii(name)));
        put(values, CtPdTag.ROWS, unsigned(detector.columns()));
        put(values, CtPdTag.COLUMNS, unsigned(detector.rows()));
        put(values, CtPdTag.RESCALE_SLOPE, ascii(slope));
        put(values, CtPdTag.RESCALE_INTERCEPT, ascii("0"));
        put(values, CtPdTag.PIXEL_DATA, pixels(scan.projections()[view]));
        put(values, CtPdTag.DETECTOR_ROWS, unsigned(detector.rows()));
        put(values, CtPdTag.DETECTOR_COLUMNS, unsigned(detector.columns()));
        put(values, CtPdTag.TRANSVERSE_SPACING, floats(detector.columnMm()));
        put(values, CtPdTag.AXIAL_SPACING, floats(detector.rowMm()));
        put(values, CtPdTag.SHAPE, ascii("CYLINDRICAL"));
        put(values, CtPdTag.ANGLE, floats(Math.IEEEremainder(at.angle() - Math.PI, 2 * Math.PI) + Math.PI));
        put(values, CtPdTag.Z, floats(at.z()));
        put(values, CtPdTag.RADIUS, floats(at.radius()));
        put(values, CtPdTag.DETECTOR_RADIUS, floats(detector.radiusMm()));
        put(values, CtPdTag.CENTRAL_ELEMENT, floats(detector.centralColumn() + 1, detector.centralRow() + 1));
        put(values, CtPdTag.SPOT_ANGLE, floats(at.spot().angle()));
        put(values, CtPdTag.SPOT_Z, floats(at.spot().z()));
        put(values, CtPdTag.SPOT_RADIUS, floats(at.spot().radius()));
        put(values, CtPdTag.SPOT_MODE, ascii(mode()));
        put(values, CtPdTag.PER_TURN, unsigned((int) Math.rint(2 * Math.PI / Math.abs(scan.angleStep()))));
        put(values, CtPdTag.TYPE, ascii(scan.circular() ? "AXIAL" : "HELICAL"));
        put(values, CtPdTag.GEOMETRY, ascii("FANBEAM"));
        put(values, CtPdTag.LOG, ascii("YES"));
        put(values, CtPdTag.WATER, ascii(String.format(Locale.ROOT, "%.8f", waterPerMm)));
        return values;
    }

    /** By where the spot goes: along the fan, along the axis, both or nowhere. */
    private String mode() {
        boolean along = scan.views().stream().anyMatch(view -> view.spot().angle() != 0);
        boolean axial = scan.views().stream().anyMatch(view -> view.spot().z() != 0);
        return "FFS" + (along ? "XY" : "") + (axial ? "Z" : "") + (along || axial ? "" : "NONE");
    }

    private byte[] pixels(float[] integrals) {
        ByteBuffer out = ByteBuffer.allocate(2 * integrals.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : integrals) {
            long stored = Math.round(value / perStored);
            out.putShort((short) Math.max(0, Math.min(LARGEST_STORED, stored)));
        }
        return out.array();
    }

    private static void put(Map<Integer, byte[]> values, CtPdTag tag, byte[] value) {
        values.put(tag.tag, value);
    }

    private static byte[] unsigned(int value) {
        return ByteBuffer.allocate(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) value)
                .array();
    }

    private static byte[] floats(double... values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            out.putFloat((float) value);
        }
        return out.array();
    }

    private static byte[] ascii(String text) {
        return (text.length() % 2 == 0 ? text : text + " ").getBytes(StandardCharsets.US_ASCII);
    }
}
