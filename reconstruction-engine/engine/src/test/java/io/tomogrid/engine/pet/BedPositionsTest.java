package io.tomogrid.engine.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.Normalisation;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.PetScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-20: bed positions become one image. */
class BedPositionsTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(16, 50, 4, 4, 6, List.of(new AxialSegment(7, 0)));
    private static final PetGrid GRID = new PetGrid(2, 2, 7, 3, 2);

    private static PetScan scan(double... zs) {
        List<PetFrame> frames = new ArrayList<>();
        float[] crystals = new float[16];
        Arrays.fill(crystals, 1);
        for (double z : zs) {
            frames.add(new PetAcquisition(
                    SCANNER,
                    new Vec3(1, 2, z),
                    new FrameTime(100 * frames.size(), 90, Double.NaN),
                    1,
                    new float[SCANNER.bins()],
                    new float[0],
                    Normalisation.ofCrystals(crystals, SCANNER),
                    new float[SCANNER.lines()],
                    false));
        }
        return new PetScan(PetScan.USUAL_WINDOW, frames);
    }

    /** What every bed sees of the same body fits together without a seam, in whatever order they were measured. */
    @Test
    void a_body_that_varies_along_the_axis_has_no_seams() {
        BedPositions beds = BedPositions.of(scan(110, 100, 120), GRID);
        assertThat(beds.grid().nz()).isEqualTo(17);
        assertThat(beds.first()).containsExactly(5, 0, 10);
        float[][] images = new float[3][GRID.voxels()];
        for (int n = 0; n < 3; n++) {
            for (int v = 0; v < GRID.voxels(); v++) {
                images[n][v] = 3 * (v % 7 + beds.first()[n]) + v / 7;
            }
        }
        float[] whole = beds.together(images);
        for (int v = 0; v < whole.length; v++) {
            assertThat(whole[v])
                    .as("voxel %d", v)
                    .isCloseTo(3 * (v % 17) + v / 17, org.assertj.core.api.Assertions.within(1e-4f));
        }
        assertThat(new int[] {beds.frame(0), beds.frame(7), beds.frame(16)}).containsExactly(1, 0, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"100,115", "100,101", "100,100,104"})
    void gaps_parts_of_slices_and_beds_of_several_frames_are_refused(String places) {
        double[] zs = Arrays.stream(places.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThatThrownBy(() -> scan(zs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scan: expected");
    }
}
