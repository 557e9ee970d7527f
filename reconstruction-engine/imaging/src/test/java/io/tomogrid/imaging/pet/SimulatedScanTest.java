package io.tomogrid.imaging.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.Vec3;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-05 */
class SimulatedScanTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(96, 300, 6, 5, 40, AxialSegment.michelogram(6, 3, 3));
    private static final ImageQualityPhantom PHANTOM = ImageQualityPhantom.nema(5000, 4, 200);
    private static final SimulatedScan SCAN =
            new SimulatedScan(SCANNER, new Vec3(0, 0, 0), 120, 1e-5, 6586.2, 0.967, 0.2);

    /** Sums small steps along random segments. */
    @Test
    void chords_are_right() {
        List<Solid> solids = List.of(
                new Solid.Ellipsoid(new Vec3(5, -3, 2), new Vec3(30, 20, 10)),
                new Solid.Cylinder(new Vec3(-4, 2, 1), 25, 15, 12),
                Solid.Ellipsoid.sphere(new Vec3(0, 0, 0), 20));
        Random random = new Random(5);
        for (int n = 0; n < 60; n++) {
            Vec3 a = point(random);
            Vec3 b = n % 10 == 0
                    ? new Vec3(a.x(), a.y(), -a.z())
                    : n % 10 == 1 ? new Vec3(-a.x(), -a.y(), a.z()) : point(random);
            for (Solid solid : solids) {
                int steps = 20_000;
                int inside = 0;
                for (int s = 0; s < steps; s++) {
                    inside += solid.contains(a.plus(b.minus(a).times((s + 0.5) / steps))) ? 1 : 0;
                }
                double length = b.minus(a).length();
                assertThat(solid.chord(a, b))
                        .as("%s from %s to %s", solid, a, b)
                        .isCloseTo(length * inside / steps, within(2 * length / steps + 1e-9));
            }
        }
    }

    private static Vec3 point(Random random) {
        return new Vec3(80 * random.nextDouble() - 40, 80 * random.nextDouble() - 40, 80 * random.nextDouble() - 40);
    }

    @Test
    void a_line_expects_what_the_model_says() {
        PetAcquisition expected = SCAN.expected(PHANTOM, 1);
        int radial = 20;
        int view = 11;
        int plane = 5;
        CylindricalScanner.TransaxialLine line = SCANNER.line(view, radial);
        CylindricalScanner.Lor lor = SCANNER.lor(line, SCANNER.segments().get(0), plane);
        double water = PHANTOM.body().chord(lor.first(), lor.second());
        double activity = 5000 * water;
        for (ImageQualityPhantom.Sphere sphere : PHANTOM.spheres()) {
            double s = line.distance(sphere.centre().x(), sphere.centre().y());
            double r2 = sphere.diameterMm() * sphere.diameterMm() / 4 - s * s;
            activity += r2 > 0 ? 3 * 5000 * 2 * Math.sqrt(r2) : 0;
        }
        double decay = Math.log(2) / 6586.2 * 120;
        int bin = (view * 40 + radial) * SCANNER.planes() + plane;
        double pair = expected.efficiencies()[SCANNER.firstCrystal(view, radial)]
                * expected.efficiencies()[SCANNER.secondCrystal(view, radial)];
        double trues =
                1e-5 * 120 * (1 - Math.exp(-decay)) / decay * 0.967 * pair * Math.exp(-0.0096 * water) * activity;
        assertThat(expected.attenuation()[bin] / Math.exp(-0.0096 * water)).isCloseTo(1, within(1e-6));
        assertThat(expected.prompts()[bin] - expected.background()[view * 40 + radial])
                .isCloseTo((float) trues, within((float) trues * 1e-4f));
    }

    @Test
    void the_background_is_the_wanted_part_of_the_trues() {
        PetAcquisition expected = SCAN.expected(PHANTOM, 1);
        double all = 0;
        double background = 0;
        for (float count : expected.prompts()) {
            all += count;
        }
        for (float line : expected.background()) {
            background += (double) line * SCANNER.planes();
        }
        assertThat(background / (all - background)).isCloseTo(0.2, within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.7, 5, 29.9, 30.1, 200})
    void poisson_has_its_mean_and_variance(double mean) {
        SplittableRandom random = new SplittableRandom(8);
        int n = 100_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double count = SimulatedScan.poisson(mean, random);
            sum += count;
            squares += count * count;
        }
        double found = sum / n;
        double variance = squares / n - found * found;
        // five standard errors
        assertThat(found).isCloseTo(mean, within(5 * Math.sqrt(mean / n)));
        assertThat(variance).isCloseTo(mean, within(5 * Math.sqrt((mean + 2 * mean * mean) / n)));
    }

    @Test
    void the_same_seed_gives_the_same_counts() {
        float[] counts = SCAN.measured(PHANTOM, 3).prompts();
        assertThat(SCAN.measured(PHANTOM, 3).prompts()).isEqualTo(counts);
        assertThat(SCAN.measured(PHANTOM, 4).prompts()).isNotEqualTo(counts);
    }

    /** The table of the mMR: span 11 in 11 segments of 64 rings, 837 planes. */
    @Test
    void the_michelogram_has_the_known_planes() {
        List<AxialSegment> segments = AxialSegment.michelogram(64, 11, 11);
        assertThat(segments.stream().map(AxialSegment::planes))
                .containsExactly(127, 115, 115, 93, 93, 71, 71, 49, 49, 27, 27);
        assertThat(segments.stream().map(AxialSegment::ringDifference))
                .containsExactly(0.0, 11.0, -11.0, 22.0, -22.0, 33.0, -33.0, 44.0, -44.0, 55.0, -55.0);
    }

    /** Every pair of crystals is at most one line, and opposite crystals see the axis. */
    @Test
    void lines_are_all_different() {
        java.util.Set<Long> pairs = new java.util.HashSet<>();
        for (int view = 0; view < SCANNER.views(); view++) {
            for (int radial = 0; radial < SCANNER.radialBins(); radial++) {
                long a = SCANNER.firstCrystal(view, radial);
                long b = SCANNER.secondCrystal(view, radial);
                assertThat(pairs.add(Math.min(a, b) * 1000 + Math.max(a, b))).isTrue();
                double s = 300 * Math.abs(Math.sin(Math.PI * (radial - 20) / 96));
                assertThat(SCANNER.line(view, radial).distance(0, 0)).isCloseTo(s, within(1e-9));
            }
        }
    }
}
