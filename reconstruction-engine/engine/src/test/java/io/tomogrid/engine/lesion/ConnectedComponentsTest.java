package io.tomogrid.engine.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PRC-06, PRC-07. */
class ConnectedComponentsTest {
    private static final GridSize SIZE = new GridSize(23, 19, 17);

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.03, 0.05, 0.1, 0.3, 0.7, 0.97})
    void random_masks_fall_apart_as_a_flood_fill_says(double density) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            byte[] mask = new byte[SIZE.voxels()];
            for (int n = 0; n < mask.length; n++) {
                mask[n] = (byte) (random.nextDouble() < density ? 1 + random.nextInt(255) : 0);
            }
            assertThat(labels(components(SIZE, mask, 1 + (int) seed % 4)))
                    .as("seed " + seed)
                    .containsExactly(floodFill(SIZE, mask));
        }
    }

    @Test
    void voxels_that_touch_by_a_corner_hang_together() {
        GridSize cube = new GridSize(4, 4, 4);
        byte[] mask = new byte[cube.voxels()];
        mask[cube.index(1, 1, 1)] = 1;
        mask[cube.index(2, 2, 2)] = 1;
        assertThat(components(cube, mask, 1).count()).isEqualTo(1);
        mask[cube.index(2, 2, 2)] = 0;
        mask[cube.index(3, 1, 1)] = 1;
        assertThat(components(cube, mask, 1).count()).isEqualTo(2);
    }

    @Test
    void the_end_of_a_row_does_not_touch_the_beginning_of_the_next() {
        GridSize size = new GridSize(5, 3, 1);
        byte[] mask = new byte[size.voxels()];
        mask[size.index(4, 0, 0)] = 1;
        mask[size.index(0, 1, 0)] = 1;
        assertThat(components(size, mask, 1).count()).isEqualTo(2);
    }

    @Test
    void an_empty_mask_has_none_and_a_full_one_has_one() {
        byte[] mask = new byte[SIZE.voxels()];
        assertThat(components(SIZE, mask, 2).count()).isZero();
        Arrays.fill(mask, (byte) -1);
        Components all = components(SIZE, mask, 2);
        assertThat(all.count()).isEqualTo(1);
        assertThat(all.voxels(1)).isEqualTo(SIZE.voxels());
    }

    @Test
    void a_comb_whose_teeth_meet_in_the_last_row_is_one() {
        GridSize size = new GridSize(21, 9, 1);
        byte[] mask = new byte[size.voxels()];
        for (int i = 0; i < 21; i += 2) {
            for (int j = 0; j < 8; j++) {
                mask[size.index(i, j, 0)] = 1;
            }
        }
        assertThat(components(size, mask, 1).count()).isEqualTo(11);
        Arrays.fill(mask, size.index(0, 8, 0), size.voxels(), (byte) 1);
        assertThat(components(size, mask, 1).count()).isEqualTo(1);
    }

    @Test
    void a_mask_of_another_size_is_refused() {
        assertThatThrownBy(() -> components(SIZE, new byte[5], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got 5");
    }

    private static Components components(GridSize size, byte[] mask, int threads) {
        return ConnectedComponents.of(size, mask, new Parallel(threads));
    }

    private static int[] labels(Components components) {
        int[] labels = new int[components.size().voxels()];
        for (int run = 0; run < components.runs(); run++) {
            int start = components.start(run);
            Arrays.fill(labels, start, start + components.length(run), components.component(run));
        }
        return labels;
    }

    private static int[] floodFill(GridSize size, byte[] mask) {
        int[] labels = new int[mask.length];
        int count = 0;
        for (int seed = 0; seed < mask.length; seed++) {
            if (mask[seed] == 0 || labels[seed] != 0) {
                continue;
            }
            labels[seed] = ++count;
            ArrayDeque<Integer> open = new ArrayDeque<>();
            open.add(seed);
            while (!open.isEmpty()) {
                int at = open.remove();
                int i = at % size.nx();
                int j = at / size.nx() % size.ny();
                int k = at / size.nx() / size.ny();
                for (int n = 0; n < 27; n++) {
                    int x = i + n % 3 - 1;
                    int y = j + n / 3 % 3 - 1;
                    int z = k + n / 9 - 1;
                    boolean in = x >= 0 && y >= 0 && z >= 0 && x < size.nx() && y < size.ny() && z < size.nz();
                    if (in && mask[size.index(x, y, z)] != 0 && labels[size.index(x, y, z)] == 0) {
                        labels[size.index(x, y, z)] = count;
                        open.add(size.index(x, y, z));
                    }
                }
            }
        }
        return labels;
    }
}
