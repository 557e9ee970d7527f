package io.tomogrid.inference.service.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.ModelRunner;
import io.tomogrid.inference.service.runner.RunnerKind;
import io.tomogrid.inference.service.runner.Runners;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of patches is asked for a whole volume: MOD-40. */
class WholeVolumeTest {
    @TempDir
    private Path folder;

    @Test
    void a_volume_of_any_size_goes_through_a_model_of_patches() throws Exception {
        var pack = TestModels.patches(ModelStore.at(folder.resolve("store")));
        float[] voxels = new float[7 * 5 * 9];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = i % 13;
        }
        var runners = new Runners(1, Duration.ofMinutes(1), folder.resolve("run"), 1L << 30);
        try (ModelRunner runner = runners.open(pack, RunnerKind.IN_PROCESS)) {
            Tensor y = runner.run(Map.of("x", Tensor.of(voxels, 1, 1, 7, 5, 9))).get("y");
            assertThat(y.shape()).containsExactly(1, 1, 7, 5, 9);
            float[] got = y.floats();
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isCloseTo(2 * voxels[i], within(1e-5f));
            }
        }
    }
}
