package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-27. */
class DoctorVgpuTest {
    @Test
    void a_host_of_virtual_gpus_names_them_and_another_machine_is_silent(@TempDir Path sys) throws IOException {
        assertThat(DoctorCommand.vgpuHosts(sys)).isEmpty();
        Path device = sys.resolve("bus/pci/devices/0000:3b:00.0");
        Path type = Files.createDirectories(device.resolve("mdev_supported_types/nvidia-321"));
        Files.writeString(device.resolve("vendor"), "0x10de\n");
        Files.writeString(type.resolve("name"), "GRID T4-8C\n");
        assertThat(DoctorCommand.vgpuHosts(sys)).singleElement().satisfies(finding -> {
            assertThat(finding.what()).isEqualTo("virtual GPUs of 0000:3b:00.0");
            assertThat(finding.how()).isEqualTo("GRID T4-8C");
        });
    }
}
