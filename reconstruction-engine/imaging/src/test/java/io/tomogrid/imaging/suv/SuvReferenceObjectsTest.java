package io.tomogrid.imaging.suv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PRC-03: the 17 cases of the manual's digital reference objects, made here by formula. Each case says which rescaled
 * value the object holds where SUVbw is 1; the factor must bring it back to 1. The objects themselves were rounded when
 * they were made, hence the tolerance of one in a thousand where a time is back-computed.
 */
class SuvReferenceObjectsTest {
    private static final double LAMBDA = Math.log(2) / TestPet.F18;
    /** Bq/ml at administration for SUVbw 1. */
    private static final double AT_ADMINISTRATION = TestPet.DOSE / (TestPet.WEIGHT * 1000);

    private static final double AFTER_AN_HOUR = AT_ADMINISTRATION * Math.exp(-LAMBDA * 3600);

    /** @param value the rescaled value of a slice where SUVbw is 1 */
    record Case(String name, Consumer<TestPet> change, IntToDoubleFunction value, double tolerance) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        double squaredRatio = (70.0 / 175) * (70.0 / 175);
        double james = 1.10 * 70 - 128 * squaredRatio;
        double ideal = (48.0 + 1.06 * (175 - 152) + 45.5 + 0.91 * (175 - 152)) / 2;
        double surface = 0.007184 * Math.pow(175, 0.725) * Math.pow(70, 0.425) * 1e4;
        return Stream.of(
                exact("0_0 BQML, START", p -> {}, k -> AFTER_AN_HOUR),
                exact("1_0 a slope for each slice: the rescaled values are the same", p -> {}, k -> AFTER_AN_HOUR),
                exact(
                        "2_0 GML is SUVbw",
                        p -> {
                            p.units = "GML";
                            p.suvType = "BW";
                        },
                        k -> 1),
                exact(
                        "2_1 GML of LBMJAMES128, male",
                        p -> {
                            p.units = "GML";
                            p.suvType = "LBMJAMES128";
                            p.sex = "M";
                        },
                        k -> james / 70),
                exact(
                        "2_2 GML of IBW, sex O",
                        p -> {
                            p.units = "GML";
                            p.suvType = "IBW";
                        },
                        k -> ideal / 70),
                exact(
                        "2_3 CM2ML",
                        p -> {
                            p.units = "CM2ML";
                            p.suvType = "BSA";
                        },
                        k -> surface / 70_000),
                exact(
                        "2_4 Philips SUV factor",
                        p -> {
                            p.units = "CNTS";
                            p.manufacturer = "Philips Medical Systems";
                            p.vendor = new PetQuantity.Vendor(0.0005, Double.NaN, "");
                        },
                        k -> 2000),
                exact(
                        "2_5 Philips activity factor",
                        p -> {
                            p.units = "CNTS";
                            p.manufacturer = "Philips Medical Systems";
                            p.vendor = new PetQuantity.Vendor(Double.NaN, 0.5, "");
                        },
                        k -> AFTER_AN_HOUR / 0.5),
                exact("3_0 dose in MBq", p -> p.dose = 368.08, k -> AFTER_AN_HOUR),
                exact("3_1 ADMIN", p -> p.decayCorrection = "ADMIN", k -> AT_ADMINISTRATION),
                new Case(
                        "3_2 Series Time after Acquisition Time",
                        p -> {
                            p.seriesTime = "113000.000000";
                            p.frames = TestPet.frames(k -> TestPet.secondBed(k)
                                    ? TestPet.frame("20250101", "110500.000000", 600_000, 603_000)
                                    : TestPet.frame("20250101", "110230.000000", 450_000, 603_000));
                        },
                        k -> AFTER_AN_HOUR,
                        1e-3),
                exact(
                        "3_3 GE scan time",
                        p -> {
                            p.manufacturer = "GE MEDICAL SYSTEMS";
                            p.vendor = new PetQuantity.Vendor(Double.NaN, Double.NaN, "20250101110000.000000");
                            p.frames =
                                    TestPet.frames(k -> TestPet.frame("20250101", "113000.000000", 150_000, 300_000));
                        },
                        k -> AFTER_AN_HOUR),
                exact(
                        "3_4 NONE, several acquisition times",
                        p -> {
                            p.decayCorrection = "NONE";
                            p.correctedImage = java.util.List.of("NORM", "DTIM", "ATTN", "SCAT", "RAN");
                            p.frames = TestPet.frames(k -> TestPet.secondBed(k)
                                    ? TestPet.frame("20250101", "110500.000000", 600_000, 603_000)
                                    : TestPet.frame("20250101", "110000.000000", 300_000, 603_000));
                        },
                        k -> meanActivity(TestPet.secondBed(k) ? 3900 : 3600, 603)),
                exact("4_0 only the administration's DateTime", p -> p.startTime = "", k -> AFTER_AN_HOUR),
                exact("4_1 only the administration's time", p -> p.startDateTime = "", k -> AFTER_AN_HOUR),
                exact(
                        "4_2 across midnight",
                        p -> {
                            p.startTime = "233000.000000";
                            p.startDateTime = "";
                            p.seriesDate = "20250102";
                            p.seriesTime = "003000.000000";
                            p.frames =
                                    TestPet.frames(k -> TestPet.frame("20250102", "003000.000000", 150_000, 300_000));
                        },
                        k -> AFTER_AN_HOUR),
                exact(
                        "5_0 Ga-68",
                        p -> {
                            p.halfLife = 4057.7;
                            p.nuclide = "C-131A3";
                        },
                        k -> AT_ADMINISTRATION * Math.pow(2, -3600 / 4057.7)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_value_of_suv_one_comes_out_as_one(Case c) {
        SuvFactors factors =
                SuvBodyWeight.factors(new TestPet().with(c.change()).build());
        assertThat(factors).isInstanceOf(SuvFactors.Computed.class);
        var computed = (SuvFactors.Computed) factors;
        assertThat(computed.perSlice()).hasSize(TestPet.SLICES);
        for (int k = 0; k < TestPet.SLICES; k++) {
            assertThat(computed.perSlice()[k] * c.value().applyAsDouble(k)).isCloseTo(1, within(c.tolerance()));
        }
        assertThat(computed.derivation()).isNotEmpty();
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

    private static Case exact(String name, Consumer<TestPet> change, IntToDoubleFunction value) {
        return new Case(name, change, value, 1e-9);
    }
}
