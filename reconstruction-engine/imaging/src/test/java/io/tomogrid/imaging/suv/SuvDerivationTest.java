package io.tomogrid.imaging.suv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QNT-01, QNT-02: every kind of SUV by its formula, and what is told of how a number came about. */
class SuvDerivationTest {

    /** 80 kg and 1.80 m, so that (W/H)² = 16/81 and BMI = 80/3.24. */
    @ParameterizedTest
    @CsvSource({
        "LBM, M, 88 - 120 * 16 / 81, 64.296296296296",
        "LBM, F, 85.6 - 148 * 16 / 81, 56.365432098765",
        "LBMJAMES128, M, 88 - 128 * 16 / 81, 62.716049382716",
        "LBMJAMES128, F, 85.6 - 148 * 16 / 81, 56.365432098765",
        "LBMJAMES128, O, the mean, 59.540740740741",
        "LBMJANMA, M, 741600 / (6680 + 216 * 24.6914), 61.731409544950",
        "LBMJANMA, F, 741600 / (8780 + 244 * 24.6914), 50.092229690288",
        "IBW, M, 48 + 1.06 * 28, 77.68",
        "IBW, F, 45.5 + 0.91 * 28, 70.98",
    })
    void a_mass_scales_suv_by_its_share_of_the_weight(SuvKind kind, String sex, String formula, double mass) {
        SuvScale scale = scale(kind, p -> {
            p.weight = 80;
            p.size = 1.80;
            p.sex = sex;
        });
        assertThat(scale.perBodyWeight().orElseThrow()).as(formula).isCloseTo(mass / 80, within(1e-9));
        assertThat(scale.how()).contains(kind.label()).contains("kg / weight");
    }

    @Test
    void body_surface_scales_suv_by_cm2_per_gram() {
        SuvScale scale = scale(SuvKind.BSA, p -> {
            p.weight = 80;
            p.size = 1.80;
            p.sex = "";
        });
        double surface = 71.84 * Math.exp(0.725 * Math.log(180) + 0.425 * Math.log(80));
        assertThat(scale.perBodyWeight().orElseThrow()).isCloseTo(surface / 80_000, within(1e-12));
    }

    /** A series in SUVlbm gives the values it holds back as SUVlbm, whatever SUVbw is. */
    @ParameterizedTest
    @CsvSource({"LBM", "LBMJAMES128", "LBMJANMA", "IBW"})
    void a_series_in_another_suv_comes_back_as_it_was(SuvKind kind) {
        var computed = computed(p -> {
            p.units = "GML";
            p.suvType = kind.name();
            p.sex = "F";
        });
        double back = computed.perSlice()[0]
                * computed.others().stream()
                        .filter(scale -> scale.kind() == kind)
                        .findFirst()
                        .orElseThrow()
                        .perBodyWeight()
                        .orElseThrow();
        assertThat(back).isCloseTo(1, within(1e-12));
    }

    @Test
    void a_kind_that_lacks_something_says_what_and_the_others_stay() {
        var noHeight = computed(p -> p.size = Double.NaN);
        assertThat(noHeight.others()).hasSize(5).allSatisfy(scale -> {
            assertThat(scale.perBodyWeight()).isEmpty();
            assertThat(scale.how()).contains("cannot be computed").contains("Patient's Size (0010,1020)");
        });
        assertThat(scale(SuvKind.LBM, p -> p.sex = "").how()).contains("Patient's Sex (0010,0040)");
        assertThat(scale(SuvKind.LBM, p -> p.size = 175).how()).contains("not in metres");
        assertThat(scale(SuvKind.BSA, p -> p.sex = "").perBodyWeight()).isPresent();
    }

    /** James for women: 1.07 W − 148 (W/H)² has its top at W = 1.07 H² / 296, at 1.60 m at 92.54 kg. */
    @Test
    void lean_mass_is_refused_where_its_formula_turns_down() {
        assertThat(scale(SuvKind.LBMJAMES128, heavy(92.5)).perBodyWeight()).isPresent();
        SuvScale above = scale(SuvKind.LBMJAMES128, heavy(92.6));
        assertThat(above.perBodyWeight()).isEmpty();
        assertThat(above.how()).contains("above 92.54").contains("SUVlbm(Janma)");
        assertThat(scale(SuvKind.LBMJANMA, heavy(150)).perBodyWeight()).isPresent();
    }

    @Test
    void the_path_and_each_attribute_with_its_value_are_told() {
        SuvDerivation how = computed(p -> p.dose = 368.08).how();
        assertThat(how.path()).isEqualTo("BQML, START, reference: Series Time");
        assertThat(how.attributes())
                .contains(
                        new SuvDerivation.Used("(0054,1001)", "Units", "BQML"),
                        new SuvDerivation.Used("(0010,1030)", "Patient's Weight", "70 kg"),
                        new SuvDerivation.Used("(0018,1074)", "Radionuclide Total Dose", "368.08 MBq"),
                        new SuvDerivation.Used("(0018,1075)", "Radionuclide Half Life", "6586.2 s"),
                        new SuvDerivation.Used("(0008,0031)", "Series Time", "11:00"),
                        new SuvDerivation.Used("(0018,1078)", "Radiopharmaceutical Start DateTime", "10:00"))
                .doesNotHaveDuplicates();
        assertThat(how.steps()).contains("SUVbw = activity × weight / dose, both at the same time");
    }

    @Test
    void a_calibrated_count_rate_is_turned_into_activity() {
        var computed = computed(p -> {
            p.units = "CPS";
            p.doseCalibration = 250;
        });
        assertThat(computed.perSlice()[0]).isCloseTo(250 * computed(p -> {}).perSlice()[0], within(1e-12));
        assertThat(computed.how().path()).startsWith("CPS, START");
    }

    /** A multi-frame object tells what it is corrected to; half a half-life later the dose is √½ of it. */
    @Test
    void the_date_and_time_of_decay_correction_goes_before_all_others() {
        var computed = computed(p -> {
            p.decayCorrectionDateTime = "20250101105453.100000";
            p.vendor = new PetQuantity.Vendor(Double.NaN, Double.NaN, "20250101113000");
        });
        double perGram = TestPet.WEIGHT * 1000 / TestPet.DOSE;
        assertThat(computed.perSlice()[0]).isCloseTo(perGram * Math.sqrt(2), within(1e-12));
    }

    /** Whatever stands in the attributes: an answer with positive factors, or a refusal, and no date in it. */
    @Test
    void nonsense_is_computed_or_refused_but_never_fails() {
        Random random = new Random(20261125);
        String[] texts = {
            "",
            "BQML",
            "GML",
            "CNTS",
            "CPS",
            "CM2ML",
            "START",
            "ADMIN",
            "NONE",
            "99991231235959.999999",
            "00010101000000",
            "20250101",
            "250000",
            "110000",
            "Doe^Jane",
            "M",
            "LBM",
            "C-111A1",
            "\u0000",
            "2025010110"
        };
        double[] numbers = {Double.NaN, 0, -1, 1, 70, 1.75, 175, 368.08, 3.6e8, 1e300, Double.POSITIVE_INFINITY, 1e-300
        };
        int computed = 0;
        for (int n = 0; n < 20_000; n++) {
            TestPet pet = new TestPet();
            for (int changes = random.nextInt(5); changes >= 0; changes--) {
                spoil(
                        pet,
                        random.nextInt(14),
                        texts[random.nextInt(texts.length)],
                        numbers[random.nextInt(numbers.length)]);
            }
            SuvFactors factors = SuvBodyWeight.factors(pet.build());
            if (factors instanceof SuvFactors.Computed good) {
                computed++;
                assertThat(Arrays.stream(good.perSlice())).allMatch(factor -> factor > 0 && Double.isFinite(factor));
                assertThat(good.others())
                        .allMatch(scale -> scale.perBodyWeight().isEmpty()
                                || scale.perBodyWeight().getAsDouble() > 0);
                assertThat(good.how().toString()).doesNotContain("Doe").doesNotContain("2025");
            }
        }
        assertThat(computed).isBetween(1000, 19_000);
    }

    private static void spoil(TestPet pet, int what, String text, double number) {
        switch (what) {
            case 0 -> pet.units = text;
            case 1 -> pet.suvType = text;
            case 2 -> pet.decayCorrection = text;
            case 3 -> pet.seriesDate = text;
            case 4 -> pet.seriesTime = text;
            case 5 -> pet.startDateTime = text;
            case 6 -> pet.startTime = text;
            case 7 -> pet.nuclide = text;
            case 8 -> pet.sex = text;
            case 9 -> pet.decayCorrectionDateTime = text;
            case 10 -> pet.weight = number;
            case 11 -> pet.size = number;
            case 12 -> pet.halfLife = number;
            default -> {
                pet.dose = number;
                pet.doseCalibration = number;
                pet.vendor = new PetQuantity.Vendor(number, number, text);
                pet.frames = TestPet.frames(k -> TestPet.frame(text, text, number, number));
            }
        }
    }

    private static Consumer<TestPet> heavy(double weight) {
        return p -> {
            p.weight = weight;
            p.size = 1.60;
            p.sex = "F";
        };
    }

    private static SuvScale scale(SuvKind kind, Consumer<TestPet> change) {
        return computed(change).others().stream()
                .filter(scale -> scale.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static SuvFactors.Computed computed(Consumer<TestPet> change) {
        return (SuvFactors.Computed)
                SuvBodyWeight.factors(new TestPet().with(change).build());
    }
}
