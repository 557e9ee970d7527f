package io.tomogrid.engine.scatter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-21: scatter by formula. */
class SingleScatterTest {
    private static final EnergyWindow WINDOW = new EnergyWindow(430, 650, 0.12);
    /** Detectors of the sampling are where the scanner's crystals are: no interpolation. */
    private static final CylindricalScanner RING =
            new CylindricalScanner(32, 300, 1, 8, 25, java.util.List.of(new AxialSegment(1, 0)));

    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(96, 300, 8, 6, 60, AxialSegment.michelogram(8, 3, 5));
    private static final PetGrid GRID = new PetGrid(60, 60, 15, 5, 3);
    private static final SingleScatter.Sampling FINE = new SingleScatter.Sampling(32, 3, 25, 10);

    private static SingleScatter scatter(int threads) {
        return new SingleScatter(SCANNER, WINDOW, FINE, new Parallel(threads));
    }

    /** A water cylinder of 100 mm and more, activity in a smaller one beside the axis. */
    private static float[] cylinder(double x, double y, double radius, float value) {
        float[] image = new float[GRID.voxels()];
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    Vec3 p = GRID.centre(i, j, k);
                    image[n] = Math.hypot(p.x() - x, p.y() - y) < radius ? value : 0;
                }
            }
        }
        return image;
    }

    /** ∫ dσ/dΩ over all directions, summed finely, is the total; and that has Thomson's 8π/3 as its limit. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 100, 250, 511, 1000})
    void the_cross_section_of_all_directions_is_the_total(double keV) {
        int steps = 5_000;
        double sum = 0;
        for (int n = 0; n < steps; n++) {
            sum += KleinNishina.differential(keV, 2 * (n + 0.5) / steps - 1) * 2 / steps * 2 * Math.PI;
        }
        assertThat(sum / KleinNishina.total(keV)).isCloseTo(1, within(1e-6));
        assertThat(KleinNishina.total(0.5)).isCloseTo(8 * Math.PI / 3, within(0.02));
    }

    /** 511 keV: σ/σ_Thomson = 0.4305 (r_e² · 8π/3 = 665.2 mb; tables give 286.4 mb); straight back a third of the energy is left. */
    @Test
    void known_values_come_out() {
        double annihilation = EnergyWindow.ANNIHILATION_KEV;
        assertThat(KleinNishina.total(annihilation) / (8 * Math.PI / 3) * 665.246)
                .isCloseTo(286.5, within(0.3));
        assertThat(KleinNishina.energyRatio(annihilation, -1)).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(KleinNishina.differential(annihilation, 1)).isEqualTo(1);
        assertThat(WINDOW.efficiency(430)).isCloseTo(0.5, within(1e-4));
        assertThat(WINDOW.efficiency(511)).isBetween(0.995, 1.0);
        assertThat(WINDOW.efficiency(300)).isLessThan(1e-4);
    }

    /** One block scatters and one block, far from it, radiates: Watson's integral by hand. */
    @Test
    void one_point_that_scatters_gives_the_formula() {
        PetGrid grid = new PetGrid(60, 60, 1, 5, 4);
        float[] mu = new float[grid.voxels()];
        float[] activity = new float[grid.voxels()];
        mu[20 * 60 + 33] = 0.01f;
        for (int j = 0; j < 60; j++) {
            for (int i = 40; i < 44; i++) {
                activity[i * 60 + j] = 7;
            }
        }
        var sampling = new SingleScatter.Sampling(32, 1, 5, 5);
        // the crystals stand at half angles, so the sampling's detectors are half a crystal further
        float[] found = new SingleScatter(RING, WINDOW, sampling, new Parallel(1)).estimate(activity, grid, mu, grid);
        Vec3 s = grid.centre(20, 33, 0);
        double most = 0;
        for (float value : found) {
            most = Math.max(most, value);
        }
        int checked = 0;
        for (int view = 0; view < RING.views(); view++) {
            for (int radial = 0; radial < RING.radialBins(); radial++) {
                double expected = 0;
                int a = RING.firstCrystal(view, radial);
                int b = RING.secondCrystal(view, radial);
                for (int corner = 0; corner < 4; corner++) {
                    expected += byHand(detector(a + corner % 2), detector(b + corner / 2), s, activity, grid) / 4;
                }
                CylindricalScanner.TransaxialLine line = RING.line(view, radial);
                double cosine = line.length() / 600;
                expected *= line.length() * line.length() / (cosine * cosine);
                assertThat((double) found[view * RING.radialBins() + radial])
                        .as("view %d, radial bin %d", view, radial)
                        .isCloseTo(expected, within(0.03 * expected + 0.003 * most));
                checked += expected > 0.1 * most ? 1 : 0;
            }
        }
        assertThat(checked).isGreaterThan(50);
    }

    private static Vec3 detector(int n) {
        return new Vec3(300 * Math.cos(2 * Math.PI * n / 32), 300 * Math.sin(2 * Math.PI * n / 32), 0);
    }

    /** The block is 5 x 5 x 4 mm of 0.01/mm; what it takes from the rays is looked up in the image in small steps. */
    private static double byHand(Vec3 a, Vec3 b, Vec3 s, float[] activity, PetGrid grid) {
        Vec3 in = s.minus(a);
        Vec3 out = b.minus(s);
        double cosine = in.dot(out) / in.length() / out.length();
        double k = 511 / 510.99895;
        double p = 1 / (1 + k * (1 - cosine));
        double perSteradian = 0.5 * p * p * (p + 1 / p - 1 + cosine * cosine);
        double electrons = 0.01 * 100 / KleinNishina.total(511);
        double counted = WINDOW.efficiency(511 * p) / WINDOW.efficiency(511);
        double seenA = in.dot(a) / -300 / Math.pow(in.length(), 3);
        double seenB = out.dot(b) / 300 / Math.pow(out.length(), 3);
        // the block itself attenuates over about half its side on either way
        double self = Math.exp(-0.01 * 2.5 * (1 + KleinNishina.total(511 * p) / KleinNishina.total(511)));
        double rays = sum(a, s, activity, grid) + sum(b, s, activity, grid);
        return electrons * perSteradian * counted * seenA * seenB * self * rays;
    }

    private static double sum(Vec3 a, Vec3 s, float[] activity, PetGrid grid) {
        Vec3 d = s.minus(a);
        int steps = 4000;
        double sum = 0;
        for (int n = 0; n < steps; n++) {
            Vec3 p = a.plus(d.times((n + 0.5) / steps));
            double i = p.x() / 5 + 29.5;
            double j = p.y() / 5 + 29.5;
            if (j > -0.5 && j < 59.5) {
                // linear in x between voxel centres, as the image is looked up
                double inside = Math.min(1, Math.min(i - 39, 44 - i));
                sum += 7 * Math.max(0, inside);
            }
        }
        return sum * d.length() / steps;
    }

    @Test
    void scatter_is_proportional_to_activity_and_there_is_none_without_matter() {
        float[] water = cylinder(0, 0, 100, 0.0096f);
        float[] one = scatter(2).estimate(cylinder(20, 0, 40, 1), GRID, water, GRID);
        float[] three = scatter(2).estimate(cylinder(20, 0, 40, 3), GRID, water, GRID);
        for (int n = 0; n < one.length; n += 97) {
            assertThat(three[n]).isCloseTo(3 * one[n], within(1e-5f * three[n]));
        }
        assertThat(scatter(2).estimate(cylinder(20, 0, 40, 1), GRID, new float[GRID.voxels()], GRID))
                .containsOnly(0f);
    }

    /** Turned by a quarter, the object gives the sinogram turned by a quarter: half of the views further, reversed. */
    @Test
    void a_round_object_gives_every_view_the_same_and_both_halves_of_it() {
        float[] water = cylinder(0, 0, 100, 0.0096f);
        float[] found = scatter(2).estimate(cylinder(0, 0, 60, 1), GRID, water, GRID);
        int planes = SCANNER.planes();
        float most = 0;
        for (float value : found) {
            most = Math.max(most, value);
        }
        for (int radial = 5; radial < 30; radial++) {
            for (int plane = 0; plane < 15; plane++) {
                double sum = 0;
                double squares = 0;
                double otherEnd = 0;
                for (int view = 0; view < SCANNER.views(); view++) {
                    double value = found[(view * SCANNER.radialBins() + radial) * planes + plane];
                    double mirrored = found[(view * SCANNER.radialBins() + 60 - radial) * planes + plane];
                    assertThat(mirrored).isCloseTo(value, within(0.05 * value));
                    sum += value;
                    squares += value * value;
                    otherEnd += found[(view * SCANNER.radialBins() + radial) * planes + 14 - plane];
                }
                double mean = sum / SCANNER.views();
                double deviation = Math.sqrt(Math.max(0, squares / SCANNER.views() - mean * mean));
                assertThat(deviation / most)
                        .as("radial bin %d, plane %d", radial, plane)
                        .isLessThan(0.03);
                // and the scanner's two ends see alike
                assertThat(otherEnd / SCANNER.views()).isCloseTo(mean, within(1e-3 * most));
            }
        }
    }

    /** Of a 200 mm water cylinder some 20 % of all coincidences within 430 keV and up are scattered once. */
    @Test
    void the_fraction_is_that_of_a_body_of_water() {
        float[] water = cylinder(0, 0, 100, 0.0096f);
        float[] activity = cylinder(0, 0, 100, 1);
        float[] scattered = scatter(2).estimate(activity, GRID, water, GRID);
        double trues = 0;
        double scatter = 0;
        for (int line = 0; line < SCANNER.lines(); line++) {
            double s = SCANNER.line(line / 60, line % 60).distance(0, 0);
            double chord = s < 100 ? 2 * Math.sqrt(1e4 - s * s) : 0;
            trues += chord * Math.exp(-0.0096 * chord);
            scatter += scattered[line * SCANNER.planes() + 7];
        }
        System.out.printf("scatter fraction of a 200 mm cylinder: %.3f%n", scatter / (trues + scatter));
        assertThat(scatter / (trues + scatter)).isBetween(0.08, 0.35);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void the_bits_do_not_depend_on_the_threads(int threads) {
        float[] water = cylinder(10, 5, 90, 0.0096f);
        float[] activity = cylinder(-20, 10, 50, 1);
        assertThat(scatter(threads).estimate(activity, GRID, water, GRID))
                .isEqualTo(scatter(1).estimate(activity, GRID, water, GRID));
    }

    @Test
    void scatter_is_fitted_to_the_tails() {
        float[] scatter = new float[SCANNER.bins()];
        float[] counts = new float[SCANNER.bins()];
        float[] attenuation = new float[SCANNER.bins()];
        float[] background = new float[SCANNER.lines()];
        Arrays.fill(background, 2);
        for (int bin = 0; bin < scatter.length; bin++) {
            int radial = bin / SCANNER.planes() % 60;
            boolean tail = radial < 15 || radial > 45;
            attenuation[bin] = tail ? 1 : 0.2f;
            scatter[bin] = 1 + radial / 60f;
            counts[bin] = 2 + 1.3f * scatter[bin] + (tail ? 0 : 50);
        }
        TailScale scale = TailScale.fit(SCANNER, counts, attenuation, scatter, background);
        assertThat(scale.factor()).isCloseTo(1.3, within(1e-5));
        // three radial bins from the body are no tail yet
        assertThat(scale.lines()).isEqualTo(48 * (12 + 11));
        Arrays.fill(attenuation, 0.2f);
        assertThat(TailScale.fit(SCANNER, counts, attenuation, scatter, background))
                .isEqualTo(new TailScale(1, 0));
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 20, 5", "8, 0, 20, 5", "8, 1, 0, 5", "8, 1, 20, NaN"})
    void impossible_samplings_are_refused(int angles, int rings, double scatterMm, double pathMm) {
        assertThatThrownBy(() -> new SingleScatter.Sampling(angles, rings, scatterMm, pathMm))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 4 angles");
    }
}
