package io.tomogrid.engine.resample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way that callers get: separable where the grids are aligned. */
class ResamplerTest extends ResamplingContract {
    @Override
    protected Volume resample(Volume source, VolumeGeometry target, float outside) {
        return new Resampler(new Parallel(2)).resample(source, target, outside);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void the_separable_and_the_general_way_give_the_same_bits(long seed) {
        Random random = new Random(seed);
        Volume source = Phantoms.random(alignedAtRandom(random), seed, -1000, 1000);
        VolumeGeometry target = alignedAtRandom(random);
        IndexMap map = IndexMap.between(target, source.geometry());
        assertThat(map.separable()).isTrue();
        Resampler resampler = new Resampler(new Parallel(2));
        assertThat(resampler.resample(source, target, -9).voxels())
                .as("seed " + seed)
                .containsExactly(resampler.general(source, target, map, -9).voxels());
    }

    private static VolumeGeometry alignedAtRandom(Random random) {
        return new VolumeGeometry(
                new GridSize(1 + random.nextInt(30), 1 + random.nextInt(30), 1 + random.nextInt(30)),
                new Vec3(random.nextDouble() * 40, random.nextDouble() * 40, random.nextDouble() * 40),
                new Vec3((1 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1), 0, 0),
                new Vec3(0, (1 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1), 0),
                new Vec3(0, 0, (1 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1)),
                Phantoms.FRAME);
    }

    @Test
    void directions_that_differ_by_rounding_are_aligned() {
        VolumeGeometry pet =
                Phantoms.grid(200, 200, 400, new Vec3(4, 1e-11, 0), new Vec3(-1e-11, 4, 0), new Vec3(0, 1e-11, 3));
        assertThat(IndexMap.between(Phantoms.aligned(512, 512, 600, 1, 1, 2), pet)
                        .separable())
                .isTrue();
        assertThat(IndexMap.between(Phantoms.sheared(5, 5, 5, 1), pet).separable())
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void any_number_of_threads_gives_the_same_bytes(VolumeGeometry from) {
        Volume source = Phantoms.random(from, 14, 0, 10);
        VolumeGeometry target = Phantoms.aligned(40, 41, 42, 2.1, 1.9, 1.7);
        String one = Phantoms.sha256(
                new Resampler(new Parallel(1)).resample(source, target, 0).voxels());
        for (int threads = 2; threads <= 4; threads++) {
            assertThat(Phantoms.sha256(new Resampler(new Parallel(threads))
                            .resample(source, target, 0)
                            .voxels()))
                    .isEqualTo(one);
        }
    }
}
