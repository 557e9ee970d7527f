package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.resample.Resampler;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.engine.resample.ResamplingContract;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On the device, and the same bits there as on the processors (GPU-01). */
class CudaResamplingTest extends ResamplingContract {
    @BeforeAll
    static void device() {
        TestDevice.get();
    }

    @Override
    protected Volume resample(Volume source, VolumeGeometry target, float outside) {
        try (Resampling resampling = new CudaResampling(TestDevice.get(), source)) {
            return resampling.onto(target, outside);
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void the_bits_are_those_of_the_processors(VolumeGeometry from) {
        Volume source = Phantoms.random(from, 51, -1000, 3000);
        for (VolumeGeometry target :
                new VolumeGeometry[] {Phantoms.aligned(83, 71, 57, 1.1, 0.9, 1.3), Phantoms.sheared(60, 50, 40, 2.3)}) {
            assertThat(Phantoms.sha256(resample(source, target, Float.NaN).voxels()))
                    .isEqualTo(Phantoms.sha256(new Resampler(new Parallel(2))
                            .resample(source, target, Float.NaN)
                            .voxels()));
        }
    }
}
