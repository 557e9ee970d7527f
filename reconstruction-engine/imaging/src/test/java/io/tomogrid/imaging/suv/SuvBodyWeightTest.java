package io.tomogrid.imaging.suv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PRC-03: what is refused, and the choices between attributes that contradict each other. */
class SuvBodyWeightTest {

    @Test
    void what_is_missing_or_contradictory_is_refused_by_name() {
        refused(p -> p.weight = Double.NaN, "Patient's Weight (0010,1030) is missing");
        refused(p -> p.weight = 0, "Patient's Weight (0010,1030)");
        refused(p -> p.dose = Double.NaN, "Radionuclide Total Dose (0018,1074) is missing");
        refused(p -> p.dose = 368_080, "too much for MBq and too little for Bq");
        refused(p -> p.units = "", "Units (0054,1001) is missing");
        refused(p -> p.units = "PROPCNTS", "PROPCNTS");
        refused(p -> p.units = "CPS", "Dose Calibration Factor (0054,1322)");
        refused(
                p -> {
                    p.units = "CPS";
                    p.doseCalibration = 1;
                },
                "not calibrated");
        refused(p -> p.units = "CNTS", "(7053,1000)");
        refused(
                p -> {
                    p.units = "CNTS";
                    p.vendor = new PetQuantity.Vendor(0, 0, "");
                },
                "(7053,1009)");
        refused(
                p -> {
                    p.units = "GML";
                    p.suvType = "XYZ";
                },
                "SUV Type (0054,1006) is XYZ");
        refused(
                p -> {
                    p.units = "GML";
                    p.suvType = "LBM";
                    p.sex = "";
                },
                "Patient's Sex (0010,0040)");
        refused(
                p -> {
                    p.units = "GML";
                    p.suvType = "LBM";
                    p.size = Double.NaN;
                },
                "Patient's Size (0010,1020)");
        refused(
                p -> {
                    p.units = "GML";
                    p.suvType = "LBM";
                    p.size = 175;
                },
                "not in metres");
        refused(p -> p.decayCorrection = "", "Decay Correction (0054,1102) is missing");
        refused(p -> p.correctedImage = List.of("DECY"), "ATTN");
        refused(p -> p.correctedImage = List.of("ATTN"), "does not name DECY");
        refused(p -> p.decayCorrection = "NONE", "names DECY");
        refused(
                p -> {
                    p.startTime = "";
                    p.startDateTime = "";
                },
                "(0018,1078) and Start Time");
        refused(p -> p.startDateTime = "20250101113000", "after the scan");
        refused(p -> p.startDateTime = "20241201100000", "half-lives");
        refused(
                p -> {
                    p.startDateTime = "";
                    p.startTime = "110100";
                },
                "half-lives");
        refused(p -> p.halfLife = 109.8, "that of F-18 is 6586.2 s");
        refused(
                p -> {
                    p.halfLife = Double.NaN;
                    p.nuclide = "T-0000";
                },
                "Radionuclide Half Life (0018,1075) is missing");
        refused(p -> p.frames = List.of(), "no images");
        refused(
                p -> p.frames = TestPet.frames(k -> new PetQuantity.Frame("20250101", "110000", 0, 0, 1)),
                "Rescale Intercept");
        refused(p -> p.frames = TestPet.frames(k -> TestPet.frame("20250101", "", 0, 0)), "Acquisition Time");
    }

    @Test
    void a_late_series_time_without_a_common_reference_time_is_refused() {
        refused(
                p -> {
                    p.seriesTime = "120000";
                    p.frames = TestPet.frames(
                            k -> TestPet.frame("20250101", k < 10 ? "110000" : "110500", Double.NaN, 300_000));
                },
                "gives no common reference time");
    }

    /** Where all slices carry the time of the whole series, the first acquisition is that time (GE without its tag). */
    @Test
    void a_late_series_time_leaves_the_acquisition_time_of_the_whole_series() {
        var computed = computed(p -> {
            p.seriesTime = "120000";
            p.frames = TestPet.frames(k -> TestPet.frame("20250101", "110000", 243_000 * k, 240_000));
        });
        assertThat(computed.perSlice()[0]).isCloseTo(computed(p -> {}).perSlice()[0], within(1e-12));
        assertThat(computed.derivation()).anyMatch(s -> s.contains("first Acquisition Time (0008,0032)"));
    }

    @Test
    void weight_above_a_thousand_is_in_grams() {
        assertThat(computed(p -> p.weight = 70_000).perSlice())
                .isEqualTo(computed(p -> {}).perSlice());
    }

    @Test
    void a_missing_half_life_comes_from_the_nuclide() {
        var computed = computed(p -> p.halfLife = Double.NaN);
        assertThat(computed.perSlice()).isEqualTo(computed(p -> {}).perSlice());
        assertThat(computed.derivation()).anyMatch(s -> s.contains("half-life of F-18 by its code"));
    }

    @Test
    void the_date_and_time_of_administration_goes_before_its_time() {
        double elapsedOneHour = computed(p -> p.startTime = "093000").perSlice()[0];
        assertThat(elapsedOneHour).isEqualTo(computed(p -> {}).perSlice()[0]);
    }

    /** SUVbw doubles with each half-life that the dose decays. */
    @ParameterizedTest
    @CsvSource({"110946.200000, 2", "125932.400000, 4"})
    void the_dose_halves_with_each_half_life(String seriesTime, double expected) {
        double[] factors = computed(p -> {
                    p.startDateTime = "20250101092000.000000";
                    p.seriesTime = seriesTime;
                    p.frames = TestPet.frames(k -> TestPet.frame("20250101", seriesTime, 0, 300_000));
                })
                .perSlice();
        assertThat(factors[0] * TestPet.DOSE / (TestPet.WEIGHT * 1000)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void the_mean_of_a_frame_is_reached_at_its_mean_time() {
        Decay decay = new Decay(TestPet.F18);
        for (double duration : new double[] {1, 60, 603, 3600, 20_000}) {
            double atMeanTime = decay.left(decay.meanTime(duration));
            assertThat(atMeanTime * decay.startOverMean(duration)).isCloseTo(1, within(1e-12));
        }
        assertThat(decay.startOverMean(1e-9)).isCloseTo(1, within(1e-12));
    }

    @Test
    void lean_body_masses_follow_their_formulas() {
        BodySize man = new BodySize(80, 180, "M");
        BodySize woman = new BodySize(80, 180, "F");
        assertThat(man.leanMorgan()).isCloseTo(88 - 120 * 16.0 / 81, within(1e-12));
        assertThat(woman.leanMorgan()).isCloseTo(85.6 - 148 * 16.0 / 81, within(1e-12));
        double bodyMassIndex = 80 / 3.24;
        assertThat(man.leanJanmahasatian()).isCloseTo(741_600 / (6680 + 216 * bodyMassIndex), within(1e-9));
        assertThat(woman.leanJanmahasatian()).isCloseTo(741_600 / (8780 + 244 * bodyMassIndex), within(1e-9));
        assertThat(new BodySize(80, 180, "O").ideal()).isCloseTo((man.ideal() + woman.ideal()) / 2, within(1e-12));
    }

    @Test
    void each_slice_is_multiplied_by_its_own_factor() {
        var geometry = new VolumeGeometry(
                new GridSize(2, 1, 3),
                new Vec3(0, 0, 0),
                new Vec3(1, 0, 0),
                new Vec3(0, 1, 0),
                new Vec3(0, 0, 1),
                "1.9");
        var factors = new SuvFactors.Computed(
                new double[] {1, 10, 100}, new SuvDerivation("", List.of(), List.of()), List.of());
        Volume suv = factors.apply(new Volume(geometry, new float[] {1, 2, 3, 4, 5, 6}, "Bq/ml"));
        assertThat(suv.voxels()).containsExactly(1, 2, 30, 40, 500, 600);
        assertThat(suv.unit()).isEqualTo("g/ml{SUVbw}");
    }

    @Test
    void the_derivation_names_no_date() {
        for (SuvFactors factors : Arrays.asList(computed(p -> {}), computed(p -> p.startDateTime = ""))) {
            assertThat(((SuvFactors.Computed) factors).derivation()).noneMatch(s -> s.contains("2025"));
        }
    }

    private static SuvFactors.Computed computed(Consumer<TestPet> change) {
        return (SuvFactors.Computed)
                SuvBodyWeight.factors(new TestPet().with(change).build());
    }

    private static void refused(Consumer<TestPet> change, String reason) {
        SuvFactors factors = SuvBodyWeight.factors(new TestPet().with(change).build());
        assertThat(factors).isInstanceOf(SuvFactors.Refused.class);
        assertThat(((SuvFactors.Refused) factors).reason()).contains(reason).startsWith("SUV cannot be computed");
    }
}
