package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.mip.MipRotationContract;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On the device, and the same bits there as on the processors (GPU-01). */
class CudaMipRotationTest extends MipRotationContract {
    @BeforeAll
    static void device() {
        TestDevice.get();
    }

    @Override
    protected MipRotation rotations(int threads) {
        return new CudaBackend(TestDevice.get(), new Parallel(threads)).rotations();
    }

    @ParameterizedTest
    @MethodSource("grids")
    void the_bits_are_those_of_the_processors(VolumeGeometry grid) {
        Volume suv = Phantoms.random(grid, 52, -2, 40);
        Volume hu = Phantoms.random(Phantoms.sheared(20, 21, 22, 3.1), 53, -1024, 3071);
        MipRotation cpu = new MipRotation(new Parallel(2));
        MipRotation cuda = rotations(2);
        for (int frames : new int[] {1, 2, 7, 36, 45, 60}) {
            GreyRotation pet = cuda.pet(suv, frames);
            GreyRotation ct = cuda.ct(hu, pet.geometry(), MipRotation.BONE_WINDOW);
            assertThat(Arrays.equals(pet.pixels(), cpu.pet(suv, frames).pixels()))
                    .as("PET, %d frames", frames)
                    .isTrue();
            assertThat(Arrays.equals(
                            ct.pixels(),
                            cpu.ct(hu, pet.geometry(), MipRotation.BONE_WINDOW).pixels()))
                    .as("CT, %d frames", frames)
                    .isTrue();
            assertThat(Arrays.equals(
                            cuda.fused(pet, ct).rgb(), cpu.fused(pet, ct).rgb()))
                    .as("fused, %d frames", frames)
                    .isTrue();
        }
    }
}
