package io.tomogrid.engine.projector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.Solid;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** REC-01: what every projector must do, against formulas. */
public abstract class ProjectorContract {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;
    private static final PetGrid GRID = TestScanner.GRID;

    protected abstract Projector projector(CylindricalScanner scanner, PetGrid grid, Parallel parallel);

    private Projector projector() {
        return projector(SCANNER, GRID, new Parallel(2));
    }

    @Test
    void back_is_the_adjoint_of_forward() {
        for (long seed = 1; seed <= 3; seed++) {
            float[] x = TestScanner.random(GRID.voxels(), seed);
            float[] y = TestScanner.random(SCANNER.bins(), seed + 100);
            float[] ax = new float[SCANNER.bins()];
            float[] aty = new float[GRID.voxels()];
            try (Projector projector = projector()) {
                projector.forward(x, TestScanner.allViews(), ax);
                projector.back(y, TestScanner.allViews(), aty);
            }
            double there = TestScanner.dot(ax, y);
            double back = TestScanner.dot(x, aty);
            double relative = Math.abs(there - back) / there;
            System.out.printf("%s, seed %d: adjoint to %.1e%n", getClass().getSimpleName(), seed, relative);
            assertThat(relative).as("seed %d", seed).isLessThan(1e-6);
        }
    }

    /**
     * A whole grid of ones is a box that fades out over half a voxel to each side in the direction across: its chords are
     * exact wherever a line runs through it from end to end.
     */
    @Test
    void a_line_through_a_uniform_box_from_end_to_end_integrates_its_chord() {
        float[] ones = new float[GRID.voxels()];
        Arrays.fill(ones, 1);
        float[] found = new float[SCANNER.bins()];
        try (Projector projector = projector()) {
            projector.forward(ones, TestScanner.allViews(), found);
        }
        double half = GRID.nx() * GRID.voxelMm() / 2;
        double halfZ = (GRID.nz() - 1) * GRID.sliceMm() / 2;
        int checked = 0;
        for (int view = 0, bin = 0; view < SCANNER.views(); view++) {
            for (int radial = 0; radial < SCANNER.radialBins(); radial++) {
                CylindricalScanner.TransaxialLine line = SCANNER.line(view, radial);
                for (AxialSegment segment : SCANNER.segments()) {
                    for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                        CylindricalScanner.Lor lor = SCANNER.lor(line, segment, plane);
                        double chord = endToEnd(lor, half, halfZ);
                        if (chord > 0) {
                            assertThat((double) found[bin])
                                    .as("view %d, radial bin %d, %s, plane %d", view, radial, segment, plane)
                                    .isCloseTo(chord, within(1e-5 * chord));
                            checked++;
                        }
                    }
                }
            }
        }
        assertThat(checked).isGreaterThan(SCANNER.bins() / 4);
    }

    /** Length between the two faces across the dominant direction; 0 if the line leaves the box elsewhere. */
    private static double endToEnd(CylindricalScanner.Lor lor, double half, double halfZ) {
        Vec3 d = lor.second().minus(lor.first());
        boolean alongY = Math.abs(d.y()) > Math.abs(d.x());
        double start = alongY ? lor.first().y() : lor.first().x();
        double length = alongY ? d.y() : d.x();
        double chord = 0;
        for (double face : new double[] {-half, half}) {
            double t = (face - start) / length;
            Vec3 at = lor.first().plus(d.times(t));
            double across = alongY ? at.x() : at.y();
            if (t < 0 || t > 1 || Math.abs(across) > half - GRID.voxelMm() / 2 || Math.abs(at.z()) > halfZ) {
                return 0;
            }
            chord = 2 * half * d.length() / Math.abs(length);
        }
        return chord;
    }

    /** Each voxel has the part of it that lies inside: right in sum, and within a voxel for each line but those that graze. */
    @Test
    void a_uniform_cylinder_gives_its_chords() {
        PetGrid grid = new PetGrid(120, 120, 15, 1.5, 2.5);
        Solid cylinder = new Solid.Cylinder(new Vec3(0, 0, 0), 58, 58, 1000);
        float[] image = new float[grid.voxels()];
        for (int i = 0, n = 0; i < grid.nx(); i++) {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++, n++) {
                    image[n] = inside(cylinder, grid.centre(i, j, k), grid.voxelMm());
                }
            }
        }
        float[] found = new float[SCANNER.bins()];
        try (Projector projector = projector(SCANNER, grid, new Parallel(2))) {
            projector.forward(image, TestScanner.allViews(), found);
        }
        double sum = 0;
        double expectedSum = 0;
        for (int line = 0; line < SCANNER.lines(); line++) {
            CylindricalScanner.TransaxialLine ends =
                    SCANNER.line(line / SCANNER.radialBins(), line % SCANNER.radialBins());
            double s = ends.distance(0, 0);
            double expected = s < 58 ? 2 * Math.sqrt(58 * 58 - s * s) : 0;
            // plane 7 of the direct segment is the middle one
            double value = found[line * SCANNER.planes() + 7];
            assertThat(value).as("line %d at %.1f mm", line, s).isCloseTo(expected, within(s < 55 ? 1.0 : 8.0));
            sum += value;
            expectedSum += expected;
        }
        assertThat(sum / expectedSum).isCloseTo(1, within(0.002));
    }

    private static float inside(Solid solid, Vec3 centre, double side) {
        int inside = 0;
        for (int n = 0; n < 64; n++) {
            Vec3 shift = new Vec3((n / 8 - 3.5) / 8 * side, (n % 8 - 3.5) / 8 * side, 0);
            inside += solid.contains(centre.plus(shift)) ? 1 : 0;
        }
        return inside / 64f;
    }

    @Test
    void lines_that_miss_give_nothing() {
        PetGrid small = new PetGrid(4, 4, 15, 4, 2.5);
        float[] ones = new float[small.voxels()];
        Arrays.fill(ones, 1);
        float[] found = new float[SCANNER.bins()];
        Arrays.fill(found, Float.NaN);
        try (Projector projector = projector(SCANNER, small, new Parallel(1))) {
            projector.forward(ones, TestScanner.allViews(), found);
        }
        int missed = 0;
        for (int line = 0; line < SCANNER.lines(); line++) {
            double s = SCANNER.line(line / SCANNER.radialBins(), line % SCANNER.radialBins())
                    .distance(0, 0);
            for (int bin = line * SCANNER.planes(); bin < (line + 1) * SCANNER.planes(); bin++) {
                assertThat(found[bin]).as("bin %d", bin).isBetween(0f, 60f);
                if (s > 2.5 * 4 * Math.sqrt(2)) {
                    assertThat(found[bin]).as("bin %d at %.1f mm", bin, s).isZero();
                    missed++;
                }
            }
        }
        assertThat(missed).isGreaterThan(SCANNER.bins() / 2);
    }

    @Test
    void some_views_are_those_rows_of_all() {
        float[] image = TestScanner.random(GRID.voxels(), 9);
        float[] all = new float[SCANNER.bins()];
        int[] views = {5, 0, 47};
        int each = SCANNER.radialBins() * SCANNER.planes();
        float[] some = new float[3 * each];
        try (Projector projector = projector()) {
            projector.forward(image, TestScanner.allViews(), all);
            projector.forward(image, views, some);
        }
        for (int n = 0; n < views.length; n++) {
            assertThat(Arrays.copyOfRange(some, n * each, (n + 1) * each))
                    .isEqualTo(Arrays.copyOfRange(all, views[n] * each, (views[n] + 1) * each));
        }
    }

    /** What is put into lines is in the image again: each line gives its value times its length within the grid. */
    @Test
    void back_projection_keeps_the_mass() {
        float[] values = TestScanner.random(SCANNER.bins(), 10);
        float[] ones = new float[GRID.voxels()];
        Arrays.fill(ones, 1);
        float[] lengths = new float[SCANNER.bins()];
        float[] image = new float[GRID.voxels()];
        Arrays.fill(image, Float.NaN);
        try (Projector projector = projector()) {
            projector.forward(ones, TestScanner.allViews(), lengths);
            projector.back(values, TestScanner.allViews(), image);
        }
        double sum = 0;
        for (float value : image) {
            sum += value;
        }
        assertThat(sum / TestScanner.dot(values, lengths)).isCloseTo(1, within(1e-6));
    }

    @Test
    void wrong_sizes_and_views_are_refused() {
        float[] one = new float[SCANNER.radialBins() * SCANNER.planes()];
        try (Projector projector = projector()) {
            assertThatThrownBy(() -> projector.forward(new float[1], new int[] {0}, new float[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected " + GRID.voxels() + " voxels");
            assertThatThrownBy(() -> projector.back(one, new int[] {48}, new float[GRID.voxels()]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected views 0 to 47, got 48");
        }
    }
}
