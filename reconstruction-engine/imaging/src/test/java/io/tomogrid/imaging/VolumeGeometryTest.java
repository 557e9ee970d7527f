package io.tomogrid.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VolumeGeometryTest {
    private static final GridSize SIZE = new GridSize(4, 3, 2);

    @Test
    void a_place_in_the_patient_goes_to_a_voxel_and_back() {
        var tilted = new VolumeGeometry(
                SIZE, new Vec3(-10, 20, 5), new Vec3(2, 0.1, 0), new Vec3(0, 3, -0.2), new Vec3(0, 0.5, 4), "1.2.3");
        Random random = new Random(1);
        for (int n = 0; n < 100; n++) {
            Vec3 at = new Vec3(random.nextGaussian() * 50, random.nextGaussian() * 50, random.nextGaussian() * 50);
            Vec3 voxel = tilted.toVoxel(at);
            Vec3 back = tilted.toPatient(voxel.x(), voxel.y(), voxel.z());
            assertThat(back.minus(at).length()).isCloseTo(0, within(1e-11));
        }
    }

    @Test
    void the_volume_of_a_sheared_voxel_is_base_times_height() {
        var sheared = new VolumeGeometry(
                SIZE, new Vec3(0, 0, 0), new Vec3(2, 0, 0), new Vec3(0, 3, 0), new Vec3(0, 7, 4), "1.2.3");
        assertThat(sheared.voxelVolume()).isCloseTo(24, within(1e-12));
    }

    @Test
    void directions_in_one_plane_are_refused() {
        assertThatThrownBy(() -> new VolumeGeometry(
                        SIZE, new Vec3(0, 0, 0), new Vec3(1, 0, 0), new Vec3(0, 1, 0), new Vec3(1, 1, 0), "1.2.3"))
                .hasMessageContaining("three independent directions");
    }

    @Test
    void a_grid_too_large_for_an_array_is_refused() {
        assertThatThrownBy(() -> new GridSize(1 << 16, 1 << 16, 1)).hasMessageContaining("fewer than 2^31");
    }
}
