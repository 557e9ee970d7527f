package io.tomogrid.sparkjob.petct;

import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.AFTER_AN_HOUR;
import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.AT_ADMINISTRATION;
import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.LAMBDA;
import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.SIDE;
import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.SLICES;
import static io.tomogrid.sparkjob.petct.SuvReferencePhantom.secondBed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * QNT-03: the 17 cases of the OncoRay/IBSI manual as DICOM images, made by formula, read as any other PET: every voxel comes
 * out at 0.2, 1 or 4 within the quantum of its slice. Only where a time is back-computed the scanner's own rounding of Frame
 * Reference Time adds a thousandth.
 */
class SuvReferenceCasesTest {
    /** @param valueOfOne rescaled value of SUVbw 1 in slice k @param beside relative error that the case itself brings */
    record Case(
            String name,
            IntToDoubleFunction valueOfOne,
            IntToDoubleFunction slope,
            boolean truncated,
            double beside,
            BiConsumer<Dataset, Integer> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        double ratio = (70.0 / 175) * (70.0 / 175);
        double james = (1.10 * 70 - 128 * ratio + 1.07 * 70 - 148 * ratio) / 2;
        double ideal = (48.0 + 1.06 * 23 + 45.5 + 0.91 * 23) / 2;
        double surface = 0.007184 * Math.pow(175, 0.725) * Math.pow(70, 0.425) * 1e4;
        return Stream.of(
                start("0_0 BQML, START", (i, k) -> {}),
                new Case("1_0 a slope for each slice", k -> AFTER_AN_HOUR, k -> 1 + 0.37 * k, false, 0, (i, k) -> {}),
                suv("2_0 GML, SUV Type BW", 1, i -> i.put(Tag.Units, "GML").put(Tag.SUVType, "BW")),
                suv(
                        "2_1 GML, LBMJAMES128",
                        james / 70,
                        i -> i.put(Tag.Units, "GML").put(Tag.SUVType, "LBMJAMES128")),
                suv("2_2 GML, IBW", ideal / 70, i -> i.put(Tag.Units, "GML").put(Tag.SUVType, "IBW")),
                // whole hundredths of cm2/ml, cut off
                new Case(
                        "2_3 CM2ML, BSA",
                        k -> surface / 70_000,
                        k -> 0.01,
                        true,
                        0,
                        (i, k) -> i.put(Tag.Units, "CM2ML").put(Tag.SUVType, "BSA")),
                new Case(
                        "2_4 CNTS, Philips SUV factor",
                        k -> 2000,
                        k -> 1,
                        false,
                        0,
                        (i, k) -> philips(i, 0x00, "0.0005")),
                new Case(
                        "2_5 CNTS, Philips activity factor",
                        k -> AFTER_AN_HOUR / 0.5,
                        k -> 1,
                        false,
                        0,
                        (i, k) -> philips(i, 0x09, "0.5")),
                start("3_0 dose in MBq", (i, k) -> agent(i).put(Tag.RadionuclideTotalDose, 368.08)),
                new Case(
                        "3_1 ADMIN",
                        k -> AT_ADMINISTRATION,
                        k -> 1,
                        false,
                        0,
                        (i, k) -> i.put(Tag.DecayCorrection, "ADMIN")),
                new Case(
                        "3_2 Series Time after Acquisition Time",
                        k -> AFTER_AN_HOUR,
                        k -> 1,
                        false,
                        1e-3,
                        (i, k) -> i.put(Tag.SeriesTime, "113000.000000")
                                .put(Tag.AcquisitionTime, secondBed(k) ? "110500.000000" : "110230.000000")
                                .put(Tag.FrameReferenceTime, secondBed(k) ? 600_000 : 450_000)
                                .put(Tag.ActualFrameDuration, 603_000)),
                start("3_3 GE scan time", (i, k) -> {
                    i.put(Tag.Manufacturer, "GE MEDICAL SYSTEMS").put(Tag.AcquisitionTime, "113000.000000");
                    privateText(i, 0x00090010, "GEMS_PETD_01");
                    privateText(i, 0x0009100d, "20250101110000.000000");
                }),
                new Case(
                        "3_4 NONE, several acquisition times",
                        k -> meanActivity(secondBed(k) ? 3900 : 3600, 603),
                        k -> 1,
                        false,
                        0,
                        (i, k) -> i.put(Tag.DecayCorrection, "NONE")
                                .put(Tag.CorrectedImage, "NORM", "DTIM", "ATTN", "SCAT", "RAN")
                                .put(Tag.AcquisitionTime, secondBed(k) ? "110500.000000" : "110000.000000")
                                .put(Tag.ActualFrameDuration, 603_000)),
                start(
                        "4_0 only the administration's DateTime",
                        (i, k) -> agent(i).remove(Tag.RadiopharmaceuticalStartTime)),
                start(
                        "4_1 only the administration's time",
                        (i, k) -> agent(i).remove(Tag.RadiopharmaceuticalStartDateTime)),
                start("4_2 across midnight", (i, k) -> {
                    agent(i).remove(Tag.RadiopharmaceuticalStartDateTime)
                            .put(Tag.RadiopharmaceuticalStartTime, "233000.000000");
                    i.put(Tag.SeriesDate, "20250102")
                            .put(Tag.SeriesTime, "003000.000000")
                            .put(Tag.AcquisitionDate, "20250102")
                            .put(Tag.AcquisitionTime, "003000.000000");
                }),
                new Case(
                        "5_0 Ga-68",
                        k -> AT_ADMINISTRATION * Math.pow(2, -3600 / 4057.7),
                        k -> 1,
                        false,
                        0,
                        (i, k) -> agent(i).put(Tag.RadionuclideHalfLife, 4057.7)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void every_voxel_comes_out_within_its_quantum(Case c) throws Exception {
        List<StoredImage> images = new ArrayList<>();
        for (Dataset image : SuvReferencePhantom.images(c.valueOfOne(), c.slope(), c.truncated(), c.change())) {
            images.add(StoredImage.of(image));
        }
        SourceSeries series = SourceSeries.of(new SeriesRef("2.25.4711", "PT", List.of()), images, "{rescaled}", 0);
        SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(series.headers()));
        assertThat(factors).as(factors.toString()).isInstanceOf(SuvFactors.Computed.class);
        var computed = (SuvFactors.Computed) factors;
        float[] suv = computed.apply(series.assembled().volume()).voxels();
        int inside = 0;
        for (int k = 0; k < SLICES; k++) {
            double quantum = computed.perSlice()[k] * c.slope().applyAsDouble(k) * (c.truncated() ? 1 : 0.5);
            for (int n = 0; n < SIDE * SIDE; n++) {
                double truth = SuvReferencePhantom.suv(n % SIDE, n / SIDE);
                double found = suv[k * SIDE * SIDE + n];
                if (Double.isNaN(truth)) {
                    assertThat(found).isZero();
                } else {
                    assertThat(found).isCloseTo(truth, within(quantum * 1.0001 + truth * (c.beside() + 1e-6)));
                    inside++;
                }
            }
        }
        assertThat(inside).isGreaterThan(20_000);
        assertThat(computed.how().toString()).doesNotContain("Doe").doesNotContain("2025");
    }

    private static Case start(String name, BiConsumer<Dataset, Integer> change) {
        return new Case(name, k -> AFTER_AN_HOUR, k -> 1, false, 0, change);
    }

    private static Case suv(String name, double valueOfOne, java.util.function.Consumer<Dataset> change) {
        return new Case(name, k -> valueOfOne, k -> 1e-4, false, 0, (i, k) -> change.accept(i));
    }

    private static Dataset agent(Dataset image) {
        return image.item(Tag.RadiopharmaceuticalInformationSequence).orElseThrow();
    }

    private static void philips(Dataset image, int element, String factor) {
        image.put(Tag.Units, "CNTS").put(Tag.Manufacturer, "Philips Medical Systems");
        privateText(image, 0x70530010, "Philips PET Private Group");
        privateText(image, 0x70531000 | element, factor);
    }

    private static void privateText(Dataset image, int tag, String value) {
        byte[] bytes = (value.length() % 2 == 0 ? value : value + " ").getBytes(StandardCharsets.US_ASCII);
        image.putBytes(tag, VR.UN, bytes);
    }

    /** Mean of A·e^−λt over a frame by the midpoint rule, independent of the closed form that the code uses. */
    private static double meanActivity(double start, double duration) {
        int steps = 10_000;
        double sum = 0;
        for (int n = 0; n < steps; n++) {
            sum += Math.exp(-LAMBDA * (start + duration * (n + 0.5) / steps));
        }
        return AT_ADMINISTRATION * sum / steps;
    }
}
