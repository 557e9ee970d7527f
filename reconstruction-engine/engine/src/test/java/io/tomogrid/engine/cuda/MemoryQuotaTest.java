package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

/** SLC-25: a process that shares a GPU's memory keeps to its part. */
class MemoryQuotaTest {
    private static final long MIB = 1 << 20;

    @Test
    void a_part_is_taken_and_given_back_to_the_byte() {
        MemoryQuota quota = MemoryQuota.of("1/4", 400);
        assertThat(quota.take(60)).isTrue();
        assertThat(quota.take(41)).isFalse();
        assertThat(quota.of(new CudaDevice.Memory(350, 400))).isEqualTo(new CudaDevice.Memory(40, 100));
        assertThat(quota.of(new CudaDevice.Memory(30, 400)))
                .as("others took more than their part")
                .isEqualTo(new CudaDevice.Memory(30, 100));
        assertThat(quota.take(40)).isTrue();
        quota.giveBack(100);
        assertThat(quota.of(new CudaDevice.Memory(400, 400)).free()).isEqualTo(100);
    }

    @Test
    void without_a_part_all_is_ours() {
        MemoryQuota all = MemoryQuota.of("", 400);
        assertThat(all.take(1L << 50)).isTrue();
        assertThat(all.of(new CudaDevice.Memory(5, 400))).isEqualTo(new CudaDevice.Memory(5, 400));
        assertThat(all.toString()).isEmpty();
    }

    @Test
    void a_part_that_is_none_is_named() {
        for (String wrong : new String[] {"a quarter", "4", "0/4", "5/4", "1/0"}) {
            assertThatThrownBy(() -> MemoryQuota.of(wrong, 400))
                    .hasMessageContaining("TOMOGRID_DEVICE_PART")
                    .hasMessageContaining("is " + wrong);
        }
    }

    @Test
    void a_device_refuses_what_is_beyond_and_names_the_quota() {
        CudaDevice device = TestDevice.get();
        MemoryQuota all = device.quota();
        long total = device.memory().total();
        long free = device.memory().free();
        device.limit(MemoryQuota.of("1/8", total));
        try {
            assertThat(device.memory().total()).isEqualTo(total / 8);
            assertThatThrownBy(() -> DeviceBuffer.allocate(device, "voxels of a whale", total / 8 + MIB))
                    .isInstanceOfSatisfying(
                            CudaException.class,
                            refused -> assertThat(refused.code()).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY))
                    .hasMessageContaining(total / 8 / MIB + " MiB (its quota, 1/8 of the GPU, TOMOGRID_DEVICE_PART)")
                    .hasMessageContaining("lease a slice of at least");
            long most = Math.min(total / 8, free) / 2;
            try (DeviceBuffer half = DeviceBuffer.allocate(device, "half", most)) {
                assertThat(device.memory().free()).isLessThanOrEqualTo(total / 8 - most);
                assertThat(half.argument()).isNotNull();
            }
            assertThat(device.memory().free()).isEqualTo(Math.min(total / 8, free));
        } finally {
            device.limit(all);
        }
    }
}
