package io.tomogrid.imaging.ctpd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import io.tomogrid.imaging.pet.Solid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CTR-05: a scan is read as it was written, and what is wrong with one is named. */
class CtPdTest {
    private static final CurvedDetector DETECTOR = new CurvedDetector(24, 4, 18, 6, 1085.5, 11.25, 1.5);
    private static final List<CtView.Spot> SPOTS =
            List.of(new CtView.Spot(0.001, 0.5, -2), new CtView.Spot(-0.001, -0.5, 2));

    private static CurvedScan scan() {
        List<CtView> views = SimulatedCt.views(60, 32, -100, 15, 595, SPOTS);
        return SimulatedCt.curved(DETECTOR, views, CtPhantom.quality(-90, 400));
    }

    private static List<Map<Integer, byte[]>> written() {
        CtPdWriter writer = new CtPdWriter(scan(), 0.0192);
        List<Map<Integer, byte[]>> instances = new ArrayList<>();
        for (int v = 0; v < 60; v++) {
            Map<Integer, byte[]> instance = writer.attributes(v);
            instance.put(CtPdTag.INSTANCE_NUMBER.tag, ascii(Integer.toString(v + 1)));
            instances.add(instance);
        }
        return instances;
    }

    private static CtPdReader.Series read(List<Map<Integer, byte[]>> instances) throws CtScanException {
        return CtPdReader.read(instances.stream()
                .map(values -> (CtPdAttributes) tag -> Optional.ofNullable(values.get(tag)))
                .toList());
    }

    @Test
    void a_scan_in_any_order_is_read_as_it_was_written() throws Exception {
        List<Map<Integer, byte[]>> instances = written();
        Collections.shuffle(instances, new Random(3));
        CtPdReader.Series series = read(instances);
        assertThat(series.waterPerMm()).isEqualTo(0.0192);
        CurvedScan scan = scan();
        CurvedDetector detector = series.scan().detector();
        assertThat(detector.centralColumn()).isEqualTo(11.25);
        assertThat(detector.columns()).isEqualTo(24);
        for (int v = 0; v < 60; v++) {
            CtView view = series.scan().views().get(v);
            CtView was = scan.views().get(v);
            assertThat(view.angle()).isCloseTo(was.angle(), within(1e-5));
            assertThat(view.z()).isCloseTo(was.z(), within(1e-4));
            assertThat(view.spot().angle()).isCloseTo(was.spot().angle(), within(1e-9));
            assertThat(view.spot().radius()).isEqualTo(was.spot().radius());
            assertThat(instances.get(series.order()[v]).get(CtPdTag.INSTANCE_NUMBER.tag))
                    .isEqualTo(ascii(Integer.toString(v + 1)));
            for (int n = 0; n < scan.projections()[v].length; n++) {
                assertThat(series.scan().projections()[v][n]).isCloseTo(scan.projections()[v][n], within(1e-4f));
            }
        }
    }

    /** Some writers store a row of pixels for each column of the detector, some for each row. */
    @Test
    void both_orders_of_pixels_are_read() throws Exception {
        List<Map<Integer, byte[]>> instances = written();
        float[][] asWritten = read(instances).scan().projections();
        for (Map<Integer, byte[]> instance : instances) {
            ByteBuffer from =
                    ByteBuffer.wrap(instance.get(CtPdTag.PIXEL_DATA.tag)).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer to = ByteBuffer.allocate(from.capacity()).order(ByteOrder.LITTLE_ENDIAN);
            for (int r = 0; r < 4; r++) {
                for (int c = 0; c < 24; c++) {
                    to.putShort(from.getShort(2 * (c * 4 + r)));
                }
            }
            instance.put(CtPdTag.PIXEL_DATA.tag, to.array());
            byte[] rows = instance.get(CtPdTag.ROWS.tag);
            instance.put(CtPdTag.ROWS.tag, instance.get(CtPdTag.COLUMNS.tag));
            instance.put(CtPdTag.COLUMNS.tag, rows);
        }
        assertThat(read(instances).scan().projections()).isDeepEqualTo(asWritten);
    }

    @ParameterizedTest
    @CsvSource({
        "SHAPE, FLAT, '(7029,100B) of view 8: expected CYLINDRICAL, got ''FLAT'''",
        "LOG, NO, '(7039,1009) of view 8'",
        "INSTANCE_NUMBER, 90, '(0020,0013): expected 8 after 7, got 9'",
        "ANGLE, '', '(7031,1001) is missing in view 8'",
        "ANGLE, nan, '(7031,1001) of view 8: expected a finite number, got NaN'",
        "TRANSVERSE_SPACING, 5000, '(7029,1002) of view 8: expected 0.01 to 50.0 mm, got 5000.0'",
        "DETECTOR_RADIUS, -1, '(7031,1031) of view 8: expected 1.0 to 5000.0 mm, got -1.0'",
        "PIXEL_DATA, abcd, '(7FE0,0010) of view 8: expected 192 bytes, got 4'",
        "AXIAL_SPACING, 9, 'detector of view 8'"
    })
    void what_is_wrong_is_named(CtPdTag tag, String value, String message) {
        List<Map<Integer, byte[]>> instances = written();
        byte[] bytes = switch (tag) {
            case ANGLE, TRANSVERSE_SPACING, AXIAL_SPACING, DETECTOR_RADIUS ->
                value.isEmpty()
                        ? new byte[0]
                        : ByteBuffer.allocate(4)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(value.equals("nan") ? Float.NaN : Float.parseFloat(value))
                                .array();
            default -> ascii(value);
        };
        instances.get(7).put(tag.tag, bytes);
        assertThatThrownBy(() -> read(instances))
                .isInstanceOf(CtScanException.class)
                .hasMessageContaining(message);
    }

    /** CTR-01: chords by Pythagoras. */
    @Test
    void projections_are_chords() {
        CtPhantom ball =
                new CtPhantom(List.of(new CtPhantom.Part(Solid.Ellipsoid.sphere(new Vec3(0, 0, 3), 100), 0.02)));
        CurvedDetector detector = new CurvedDetector(101, 1, 2, 2, 1000, 50, 0);
        CurvedScan scan =
                SimulatedCt.curved(detector, SimulatedCt.views(8, 8, 3, 0, 500, List.of(CtView.Spot.CENTRE)), ball);
        for (float[] view : scan.projections()) {
            for (int c = 0; c < 101; c++) {
                double distance = 500 * Math.sin(detector.fanAngle(c));
                double chord = 2 * Math.sqrt(Math.max(0, 2500 - distance * distance));
                assertThat(view[c]).isCloseTo((float) (0.02 * chord), within(2e-5f));
            }
        }
    }

    private static byte[] ascii(String text) {
        return (text.length() % 2 == 0 ? text : text + " ").getBytes(StandardCharsets.US_ASCII);
    }
}
