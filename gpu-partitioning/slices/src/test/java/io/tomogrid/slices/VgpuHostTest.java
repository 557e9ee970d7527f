package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-27: what a host can give to guests, on a made-up sysfs. */
class VgpuHostTest {
    private static final long GIB = 1L << 30;

    @TempDir
    Path sys;

    private Path devices;

    @BeforeEach
    void folders() throws IOException {
        devices = Files.createDirectories(sys.resolve("bus/pci/devices"));
        file("0000:00:1f.0/vendor", "0x8086\n");
    }

    @Test
    void a_machine_without_such_a_gpu_has_none() throws IOException {
        file("0000:3b:00.0/vendor", "0x10de\n");
        assertThat(VgpuHost.read(sys)).isEmpty();
        assertThat(VgpuHost.read(sys.resolve("nowhere"))).isEmpty();
    }

    @Test
    void a_gpu_that_takes_turns_lists_its_mediated_devices() throws IOException {
        file("0000:3b:00.0/vendor", "0x10de\n");
        type(
                "0000:3b:00.0",
                "nvidia-222",
                "GRID T4-1B",
                16,
                "framebuffer=1024M, max_resolution=5120x2880, max_instance=16");
        type("0000:3b:00.0", "nvidia-321", "GRID T4-8C", 2, "num_heads=1, framebuffer=8192M, max_instance=2");
        assertThat(VgpuHost.read(sys)).singleElement().satisfies(host -> {
            assertThat(host.address()).isEqualTo("0000:3b:00.0");
            assertThat(host.virtualFunctions()).isZero();
            assertThat(host.types())
                    .containsExactly(
                            new VgpuHost.Type("nvidia-222", "GRID T4-1B", 16, GIB, 16, false),
                            new VgpuHost.Type("nvidia-321", "GRID T4-8C", 2, 8 * GIB, 2, false));
        });
    }

    @Test
    void virtual_functions_are_counted_together_and_are_no_gpus_themselves() throws IOException {
        file("0000:41:00.0/vendor", "0x10de\n");
        file("0000:41:00.0/sriov_numvfs", "2\n");
        file("0000:41:00.0/sriov_totalvfs", "16\n");
        for (int n = 0; n < 2; n++) {
            String function = "0000:41:00." + (4 + n);
            file(function + "/vendor", "0x10de\n");
            Files.createSymbolicLink(devices.resolve(function + "/physfn"), Path.of("../0000:41:00.0"));
            Files.createSymbolicLink(devices.resolve("0000:41:00.0/virtfn" + n), Path.of("../" + function));
            type(function, "nvidia-699", "NVIDIA A100-3-20C", 1, "framebuffer=20480M, max_instance=2");
            type(function, "nvidia-471", "NVIDIA A100-10C", n, "framebuffer=10240M, max_instance=4");
        }
        assertThat(VgpuHost.read(sys)).singleElement().satisfies(host -> {
            assertThat(host.virtualFunctions()).isEqualTo(2);
            assertThat(host.mostVirtualFunctions()).isEqualTo(16);
            assertThat(host.types())
                    .containsExactly(
                            new VgpuHost.Type("nvidia-471", "NVIDIA A100-10C", 1, 10 * GIB, 4, false),
                            new VgpuHost.Type("nvidia-699", "NVIDIA A100-3-20C", 2, 20 * GIB, 2, true));
        });
    }

    @Test
    void the_vendors_own_listing_is_read_where_there_are_no_mediated_devices() throws IOException {
        file("0000:41:00.0/vendor", "0x10de\n");
        file("0000:41:00.4/vendor", "0x10de\n");
        Files.createSymbolicLink(devices.resolve("0000:41:00.0/virtfn0"), Path.of("../0000:41:00.4"));
        Files.createSymbolicLink(devices.resolve("0000:41:00.4/physfn"), Path.of("../0000:41:00.0"));
        file(
                "0000:41:00.4/nvidia/creatable_vgpu_types",
                "ID    : vGPU Name\n941   : NVIDIA L40-1B\n1134  : NVIDIA H100-1-10C\n");
        assertThat(VgpuHost.read(sys).get(0).types())
                .containsExactly(
                        new VgpuHost.Type("nvidia-1134", "NVIDIA H100-1-10C", -1, 0, 0, true),
                        new VgpuHost.Type("nvidia-941", "NVIDIA L40-1B", -1, 0, 0, false));
    }

    @Test
    void a_file_that_makes_no_sense_is_named() throws IOException {
        file("0000:3b:00.0/vendor", "0x10de\n");
        type("0000:3b:00.0", "nvidia-222", "GRID T4-1B", 16, "");
        file("0000:3b:00.0/sriov_numvfs", "some\n");
        assertThatThrownBy(() -> VgpuHost.read(sys)).hasMessageContaining("sriov_numvfs: expected a number, got some");
    }

    private void type(String function, String id, String name, int available, String description) throws IOException {
        String folder = function + "/mdev_supported_types/" + id;
        file(folder + "/name", name + "\n");
        file(folder + "/available_instances", available + "\n");
        file(folder + "/description", description + "\n");
    }

    private void file(String path, String text) throws IOException {
        Path file = devices.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
