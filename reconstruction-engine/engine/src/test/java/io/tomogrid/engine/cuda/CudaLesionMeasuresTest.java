package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.lesion.LesionMeasuresContract;
import io.tomogrid.engine.lesion.Lesions;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With SUVpeak from the device, and the same numbers there as on the processors (GPU-01). */
class CudaLesionMeasuresTest extends LesionMeasuresContract {
    @BeforeAll
    static void device() {
        TestDevice.get();
    }

    @Override
    protected LesionMeasures measures(int threads) {
        return new CudaBackend(TestDevice.get(), new Parallel(threads)).lesions();
    }

    @Test
    void the_bits_are_those_of_the_processors() {
        for (VolumeGeometry grid :
                new VolumeGeometry[] {Phantoms.aligned(40, 41, 42, 2, 2.1, 3), Phantoms.sheared(40, 40, 30, 2.7)}) {
            Volume suv = Phantoms.random(grid, 54, 0, 30);
            byte[] mask = new byte[suv.voxels().length];
            for (int n = 0; n < mask.length; n++) {
                mask[n] = (byte) (Math.sin(n / 700.0) > 0.4 && suv.voxels()[n] > 3 ? 1 : 0);
            }
            Lesions cuda = measures(2).measure(suv, mask);
            assertThat(cuda.lesions()).isNotEmpty().anyMatch(lesion -> lesion.suvPeak() > 0);
            assertThat(cuda.lesions())
                    .isEqualTo(new LesionMeasures(new Parallel(2))
                            .measure(suv, mask)
                            .lesions());
        }
    }
}
