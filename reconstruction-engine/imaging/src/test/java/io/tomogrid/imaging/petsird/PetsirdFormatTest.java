package io.tomogrid.imaging.petsird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.Solid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** REC-30 */
class PetsirdFormatTest {
    private static final ModularScanner SCANNER =
            new ModularScanner(12, 6, 4, 150, 8, 4, TofBins.ofTimes(9, 200, 300), new EnergyWindow(430, 610, 0.12));
    private static final Vec3 CENTRE = new Vec3(3, -20, -300);
    private static final double DURATION_S = 60;
    private static final double SENSITIVITY = 2e-7;

    private static byte[] measured(double x, double randoms) {
        return measured(x, randoms, SENSITIVITY);
    }

    private static byte[] measured(double x, double randoms, double sensitivity) {
        var phantom = new ImageQualityPhantom(8000, new Solid.Cylinder(new Vec3(x, 0, 0), 20, 20, 100), List.of());
        return new SimulatedCoincidences(SCANNER, CENTRE, DURATION_S, sensitivity, 6586.2, 0.967, randoms)
                .petsird(phantom, 5);
    }

    private static ListAcquisition read(byte[] bytes) throws PetRawException {
        return (ListAcquisition) PetsirdFormat.read(bytes).scan().frames().get(0);
    }

    @Test
    void scanner_place_time_and_window_are_those_that_were_measured_with() throws Exception {
        byte[] bytes = measured(0, 0.3);
        PetsirdFormat.Content content = PetsirdFormat.read(bytes);
        ListAcquisition frame = (ListAcquisition) content.scan().frames().get(0);
        CylindricalScanner scanner = frame.scanner();
        assertThat(scanner.crystalsPerRing()).isEqualTo(72);
        assertThat(scanner.rings()).isEqualTo(4);
        assertThat(scanner.radiusMm()).isCloseTo(150, within(1e-3));
        assertThat(scanner.ringPitchMm()).isCloseTo(8, within(1e-4));
        assertThat(scanner.phase()).isCloseTo(0.5, within(1e-4));
        assertThat(frame.centre().minus(CENTRE).length()).isLessThan(1e-3);
        assertThat(frame.time().startS()).isZero();
        assertThat(frame.durationS()).isEqualTo(DURATION_S);
        assertThat(frame.time().deadTimeKnown()).isFalse();
        assertThat(frame.sensitivity()).isCloseTo(SENSITIVITY, within(1e-12));
        assertThat(frame.events().tof().count()).isEqualTo(9);
        assertThat(frame.events().tof().fwhmMm()).isCloseTo(300 * TofBins.MM_PER_PS, within(1e-4));
        assertThat(frame.normalised()).isTrue();
        assertThat(content.scan().window().lowerKeV()).isEqualTo(430);
        assertThat(content.dropped()).isLessThan(frame.events().count() / 20);
    }

    /** The mean of every bin's count is its efficiency times its line integral: in sum, and weighted by an odd function. */
    @Test
    void counts_are_those_of_the_line_integrals_by_formula() throws Exception {
        var phantom = new ImageQualityPhantom(8000, new Solid.Cylinder(new Vec3(30, 0, 0), 20, 20, 100), List.of());
        ListAcquisition frame = read(measured(30, 0));
        CylindricalScanner scanner = frame.scanner();
        float[] counts = frame.histogram();
        double decay = Math.log(2) / 6586.2 * DURATION_S;
        double perIntegral = SENSITIVITY * DURATION_S * 0.967 * -Math.expm1(-decay) / decay;
        double[] expected = new double[scanner.segments().size()];
        double[] counted = new double[expected.length];
        for (int line = 0, bin = 0; line < scanner.lines(); line++) {
            var ends = scanner.line(line / scanner.radialBins(), line % scanner.radialBins());
            for (int s = 0; s < expected.length; s++) {
                var segment = scanner.segments().get(s);
                for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                    var lor = scanner.lor(ends, segment, plane);
                    expected[s] += perIntegral
                            * frame.efficiency()[bin]
                            * phantom.lineIntegral(lor.first(), lor.second())
                            * phantom.transmission(lor.first(), lor.second());
                    counted[s] += counts[bin];
                }
            }
        }
        for (int s = 0; s < expected.length; s++) {
            assertThat(expected[s]).isGreaterThan(1000);
            assertThat(counted[s])
                    .as("segment %d", s)
                    .isCloseTo(expected[s], within(5 * Math.sqrt(expected[s]) + 0.01 * expected[s]));
        }
    }

    /** A cylinder beside the middle: what the bins of time of flight say, along each line, is where it is. */
    @Test
    void time_of_flight_points_to_where_the_activity_is() throws Exception {
        ListAcquisition frame = read(measured(60, 0));
        CylindricalScanner scanner = frame.scanner();
        TofBins tof = frame.events().tof();
        double x = 0;
        double y = 0;
        int lines = frame.events().count();
        for (int n = 0; n < lines; n++) {
            int line = frame.events().lines()[n] / scanner.planes();
            var ends = scanner.line(line / scanner.radialBins(), line % scanner.radialBins());
            double part = 0.5 + (frame.events().bins()[n] + 0.5 - tof.count() / 2.0) * tof.widthMm() / ends.length();
            x += ends.x0() + part * (ends.x1() - ends.x0());
            y += ends.y0() + part * (ends.y1() - ends.y0());
        }
        assertThat(x / lines).isCloseTo(60, within(1.5));
        assertThat(y / lines).isCloseTo(0, within(1.5));
    }

    @Test
    void randoms_come_from_the_delayed_coincidences_and_sum_to_them() throws Exception {
        assertThat(read(measured(0, 0)).hasRandoms()).isTrue();
        ListAcquisition frame = read(measured(0, 0.5));
        double randoms = 0;
        for (float value : frame.randoms()) {
            randoms += value;
        }
        // a third of the prompts, but for those that miss the sinogram
        assertThat(randoms / frame.events().count()).isCloseTo(1 / 3.0, within(0.02));
        ListAcquisition without = read(measured(0, 0));
        assertThat(sum(without.randoms())).isZero();
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    /** Every cut and every flipped byte: refused in words, or read; never anything else, and never more memory than justified. */
    @Test
    void damaged_bytes_are_refused_in_words_or_read() {
        byte[] whole = measured(0, 0.1, SENSITIVITY / 40);
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int n = 0; n < 400; n++) {
            byte[] bytes = n % 4 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            // half of the damage to the schema and the header, where lengths are
            int reach = Math.min(bytes.length, n % 2 == 0 ? 16_000 : bytes.length);
            for (int k = 0; n % 4 != 0 && k <= n % 3; k++) {
                bytes[random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(PetsirdFormat.read(bytes).scan().frames()).hasSize(1);
            } catch (PetRawException inWords) {
                assertThat(inWords.getMessage()).startsWith("PETSIRD: ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
    }

    @Test
    void bytes_of_another_format_are_refused() {
        assertThatThrownBy(() -> PetsirdFormat.read(new byte[100]))
                .isInstanceOf(PetRawException.class)
                .hasMessageContaining("do not begin as a yardl stream");
        assertThatThrownBy(() -> PetsirdFormat.read(Arrays.copyOf(measured(0, 0), 20_000)))
                .hasMessageContaining("cut off at byte 20000");
    }
}
