package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.synthetic.Sphere;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    private static final Sphere LARGE = new Sphere(new Lps(10, 20, 30), 40, 8, 33.51, 33.5);
    private static final Sphere SMALL = new Sphere(new Lps(90, 20, 30), 13, 8, 1.15, 1.1);

    @Test
    void a_lesion_belongs_to_the_sphere_around_its_centre() {
        List<Expectation> all =
                Expectation.compare(List.of(LARGE, SMALL), List.of(lesion(91, 1.3, 8), lesion(11, 34, 8.1)));
        assertThat(all.get(0).volumeError()).isCloseTo(34 / 33.51 - 1, within(1e-12));
        assertThat(all.get(0).suvError()).isCloseTo(0.0125, within(1e-12));
        assertThat(all).allMatch(Expectation::holds);
    }

    @Test
    void only_large_spheres_are_bound() {
        assertThat(Expectation.compare(List.of(SMALL), List.of()).get(0).holds())
                .isTrue();
        assertThat(Expectation.compare(List.of(LARGE), List.of()).get(0).holds())
                .isFalse();
        assertThat(Expectation.compare(List.of(LARGE), List.of(lesion(10, 36, 8)))
                        .get(0)
                        .holds())
                .as("7 % too large")
                .isFalse();
        assertThat(Expectation.compare(List.of(LARGE), List.of(lesion(10, 33.5, 8.2)))
                        .get(0)
                        .holds())
                .as("2.5 % too hot")
                .isFalse();
    }

    private static Map<String, Object> lesion(double x, double ml, double suv) {
        return Map.of("centre-mm", List.of(x, 20.0, 30.0), "mtv-ml", ml, "suv-mean", suv);
    }
}
