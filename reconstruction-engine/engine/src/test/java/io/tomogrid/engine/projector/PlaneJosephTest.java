package io.tomogrid.engine.projector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaneJosephTest extends ProjectorContract {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;

    @Override
    protected Projector projector(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        return new PlaneJoseph(scanner, grid, parallel);
    }

    /** REC-02 */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void the_bits_do_not_depend_on_the_threads(int threads) {
        float[] image = TestScanner.random(TestScanner.GRID.voxels(), 1);
        float[] one = new float[SCANNER.bins()];
        float[] many = new float[SCANNER.bins()];
        projector(SCANNER, TestScanner.GRID, new Parallel(1)).forward(image, TestScanner.allViews(), one);
        projector(SCANNER, TestScanner.GRID, new Parallel(threads)).forward(image, TestScanner.allViews(), many);
        assertThat(many).isEqualTo(one);
        float[] backOne = new float[image.length];
        float[] backMany = new float[image.length];
        projector(SCANNER, TestScanner.GRID, new Parallel(1)).back(one, TestScanner.allViews(), backOne);
        projector(SCANNER, TestScanner.GRID, new Parallel(threads)).back(one, TestScanner.allViews(), backMany);
        assertThat(backMany).isEqualTo(backOne);
    }

    /** Grids wider, narrower, longer and shorter than the scanner, with even and odd sides. */
    @ParameterizedTest
    @CsvSource({"42,42,15,4", "61,40,15,4", "7,9,15,3", "30,30,4,4", "30,31,40,5", "1,1,1,10"})
    void it_is_the_plain_way_of_all_lines(int nx, int ny, int nz, double voxelMm) {
        PetGrid grid = new PetGrid(nx, ny, nz, voxelMm, 2.5);
        float[] image = TestScanner.random(grid.voxels(), 2);
        float[] fast = new float[SCANNER.bins()];
        float[] plain = new float[SCANNER.bins()];
        projector(SCANNER, grid, new Parallel(2)).forward(image, TestScanner.allViews(), fast);
        new LineJoseph(SCANNER, grid, new Parallel(2)).forward(image, TestScanner.allViews(), plain);
        for (int bin = 0; bin < plain.length; bin++) {
            assertThat(Math.abs(fast[bin] - plain[bin])).as("bin %d", bin).isLessThan(1e-3f);
        }
        float[] values = TestScanner.random(SCANNER.bins(), 3);
        float[] fastBack = new float[grid.voxels()];
        float[] plainBack = new float[grid.voxels()];
        projector(SCANNER, grid, new Parallel(2)).back(values, TestScanner.allViews(), fastBack);
        new LineJoseph(SCANNER, grid, new Parallel(2)).back(values, TestScanner.allViews(), plainBack);
        for (int n = 0; n < plainBack.length; n++) {
            assertThat(Math.abs(fastBack[n] - plainBack[n]))
                    .as("voxel %d", n)
                    .isLessThan(1e-4f * Math.max(1, plainBack[n]));
        }
    }

    @Test
    void other_slices_than_half_a_ring_pitch_are_refused() {
        assertThatThrownBy(() -> new PlaneJoseph(SCANNER, new PetGrid(4, 4, 4, 4, 5), new Parallel(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.5 mm, got 5.0");
    }
}
