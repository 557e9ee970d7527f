package io.tomogrid.imaging.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-22 */
class CtAttenuationTest {
    /** Break points of the paper's table: there the two lines meet, to its rounding. */
    @ParameterizedTest
    @CsvSource({"80, 50", "100, 52", "110, 43", "120, 47", "130, 37", "140, 30"})
    void the_lines_meet_where_the_table_says(double kVp, double breakHu) {
        CtAttenuation coefficients = CtAttenuation.of(kVp);
        double first = 9.6e-6 * (breakHu + 1000);
        double second = coefficients.slope() * (breakHu + 1000) + coefficients.offset();
        assertThat(second / first).isCloseTo(1, within(2e-3));
        assertThat(coefficients.perMm(0)).isCloseTo(0.0096, within(1e-12));
        assertThat(coefficients.perMm(-1000)).isZero();
        assertThat(coefficients.perMm(-1024)).isZero();
        assertThat(coefficients.perMm(-500)).isCloseTo(0.0048, within(1e-12));
    }

    /** Bone of 1000 HU at 120 kV: 5.10e-6 · 2000 + 4.71e-3. */
    @Test
    void bone_attenuates_less_than_its_hounsfield_units_say() {
        assertThat(CtAttenuation.of(120).perMm(1000)).isCloseTo(0.01491, within(1e-9));
        assertThat(CtAttenuation.of(90).perMm(1000))
                .isBetween(
                        CtAttenuation.of(80).perMm(1000), CtAttenuation.of(100).perMm(1000));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 79, 150, Double.NaN})
    void other_voltages_are_refused(double kVp) {
        assertThatThrownBy(() -> CtAttenuation.of(kVp))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("80 to 140 kV, got " + kVp);
    }
}
