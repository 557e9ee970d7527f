package io.tomogrid.slices.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** SLC-40, SLC-41: other tools read what is written here, and what they were given is read or refused with the reason. */
class InteropTest {
    private static final long GIB = 1L << 30;
    private static final GpuModel A100 = GpuModel.named("A100-40GB");

    @Test
    void profiles_have_the_names_of_their_drivers() {
        for (GpuModel model : GpuModel.KNOWN) {
            long total = Long.parseLong(model.name().replaceAll(".*?(\\d+)GB.*", "$1")) * GIB;
            List<String> names = model.profiles().stream()
                    .map(profile -> DriverNames.of(profile, total))
                    .toList();
            assertThat(names).as(model.name()).isEqualTo(model.driverNames());
        }
        assertThat(DriverNames.of(new GpuProfile(7, "1gme", 1, 1, 4864L << 20, 1, List.of(0)), 40 * GIB))
                .isEqualTo("1g.5gb+me");
    }

    @Test
    void mig_parted_is_given_counts_and_gpus_that_are_cut_alike_share_an_entry() {
        String yaml = MigParted.write(
                "node1", List.of(gpu(0, "3g-4", "1g-0", "1g-1"), gpu(1, "1g-2", "1g-3", "3g-4"), gpu(2), whole(3)));
        assertThat(yaml).isEqualTo("""
                        version: v1
                        mig-configs:
                          node1:
                            - devices: [0, 1]
                              mig-enabled: true
                              mig-devices:
                                "1g.5gb": 2
                                "3g.20gb": 1
                            - devices: [2]
                              mig-enabled: true
                              mig-devices: {}
                            - devices: [3]
                              mig-enabled: false
                        """);
    }

    @Test
    void a_node_has_the_labels_of_the_mixed_strategy() {
        Map<String, String> labels = NodeLabels.of(List.of(gpu(0, "3g-4", "1g-0", "1g-1"), gpu(1, "1g-2")));
        assertThat(labels)
                .containsEntry("nvidia.com/mig.strategy", "mixed")
                .containsEntry("nvidia.com/gpu.count", "2")
                .containsEntry("nvidia.com/gpu.memory", "40960")
                .containsEntry("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-simulated")
                .containsEntry("nvidia.com/mig-1g.5gb.count", "3")
                .containsEntry("nvidia.com/mig-1g.5gb.memory", "4864")
                .containsEntry("nvidia.com/mig-3g.20gb.count", "1")
                .containsEntry("nvidia.com/mig-3g.20gb.slices.gi", "3")
                .containsEntry("nvidia.com/mig-3g.20gb.product", "NVIDIA-A100-SXM4-40GB-simulated-MIG-3g.20gb");
        assertThat(labels.values()).allMatch(value -> value.matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"));
        assertThat(NodeLabels.of(List.of(whole(0))))
                .containsEntry("nvidia.com/mig.capable", "false")
                .containsEntry("nvidia.com/gpu.count", "1");
        assertThat(NodeLabels.of(List.of())).isEmpty();
    }

    @Test
    void spark_is_told_what_it_may_use() {
        Gpu one = gpu(0, "3g-4", "1g-0");
        List<Slice> slices =
                List.of(one.slices().get(0), new Slice(one.slices().get(1).key(), "MIG-locked", true));
        assertThat(SparkDiscovery.of(List.of(one.with(slices), gpu(1, "7g-0").ill("XID 79"), whole(2))))
                .containsEntry("name", "gpu")
                .containsEntry("addresses", List.of("MIG-0-3g-4", "GPU-2"));
    }

    @Test
    void a_file_of_mig_parted_is_read_for_a_board() {
        Map<String, ?> file = file(
                entry(
                        "device-filter",
                        List.of("0x20B010DE", "0x20b110de"),
                        "devices",
                        "all",
                        "mig-enabled",
                        true,
                        "mig-devices",
                        Map.of("1g.5gb", 2, "3g.20gb", 1)),
                entry(
                        "device-filter",
                        "0x20B710DE",
                        "devices",
                        "all",
                        "mig-enabled",
                        true,
                        "mig-devices",
                        Map.of("1g.6gb", 4)));
        List<MigParted.Wanted> wanted = MigParted.read(file, "some", A100);
        assertThat(wanted).singleElement().satisfies(entry -> {
            assertThat(entry.devices()).isEmpty();
            assertThat(entry.profiles()).extracting(GpuProfile::name).containsExactlyInAnyOrder("1g", "1g", "3g");
        });
        assertThat(MigParted.read(file, "some", GpuModel.named("A30-24GB"))
                        .get(0)
                        .profiles())
                .hasSize(4);
        assertThat(MigParted.read(file(entry("devices", List.of(1, 2), "mig-enabled", false)), "some", A100))
                .containsExactly(new MigParted.Wanted(List.of(1, 2), false, List.of()));
    }

    @Test
    void what_it_cannot_mean_here_is_refused_with_the_reason() {
        refused(
                file(entry("devices", "all", "mig-enabled", true, "mig-devices", Map.of("1g.6gb", 2))),
                "1g.6gb",
                "A100-40GB",
                "another board or driver");
        refused(file(entry("devices", "all", "mig-enabled", true, "mig-devices", Map.of("3g", 2))), "3g is no profile");
        refused(file(entry("devices", "all", "mig-enabled", true, "mig-devices", Map.of("1g.5gb", "x"))), "a count");
        refused(file(entry("devices", "some", "mig-enabled", true)), "devices: expected all or a list");
        refused(file(entry("devices", "all")), "mig-enabled: expected true or false");
        refused(
                file(entry("devices", "all", "mig-enabled", true, "mig-device", Map.of())),
                "unknown member mig-device");
        refused(file(entry("devices", "all", "mig-enabled", false, "mig-devices", Map.of("1g.5gb", 2))), "is false");
        refused(file(entry("device-filter", "0x999910DE", "devices", "all", "mig-enabled", true)), "0x999910DE");
        refused(
                file(entry("device-filter", "0x20B710DE", "devices", "all", "mig-enabled", true)),
                "no entry for a A100");
        refused(Map.of("version", "v2", "mig-configs", Map.of()), "version: expected v1, got v2");
        refused(Map.of("version", "v1", "mig-configs", Map.of("other", List.of())), "no list some; it has other");
        refused(Map.of("version", "v1", "mig-configs", Map.of(), "extra", 1), "unknown member extra");
        refused(Map.of("version", "v1"), "mig-configs is missing");
    }

    private static void refused(Map<String, ?> file, String... why) {
        assertThatThrownBy(() -> MigParted.read(file, "some", A100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(why);
    }

    private static Map<String, ?> file(Map<?, ?>... entries) {
        return Map.of("version", "v1", "mig-configs", Map.of("some", Arrays.asList(entries)));
    }

    private static Map<Object, Object> entry(Object... members) {
        Map<Object, Object> entry = new LinkedHashMap<>();
        for (int n = 0; n < members.length; n += 2) {
            entry.put(members[n], members[n + 1]);
        }
        return entry;
    }

    private static Gpu gpu(int index, String... slices) {
        List<Slice> existing = new ArrayList<>();
        for (String slice : slices) {
            SliceKey key = SliceKey.parse("node1-gpu" + index + "-" + slice);
            existing.add(new Slice(key, "MIG-" + index + "-" + slice, false));
        }
        return new Gpu(
                index,
                "GPU-" + index,
                "NVIDIA A100-SXM4-40GB (simulated)",
                40 * GIB,
                true,
                8,
                A100.profiles(),
                existing);
    }

    private static Gpu whole(int index) {
        return new Gpu(
                index,
                "GPU-" + index,
                "Tesla T4",
                16 * GIB,
                false,
                1,
                List.of(new GpuProfile(GpuProfile.WHOLE, "whole", 0, 1, 16 * GIB, 1, List.of(0))),
                List.of(new Slice(new SliceKey("node1", index, "whole", 0), "GPU-" + index, false)));
    }
}
