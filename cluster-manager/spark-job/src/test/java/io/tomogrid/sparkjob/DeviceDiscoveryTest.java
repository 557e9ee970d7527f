package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import io.tomogrid.slices.SliceLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ENG-03, ENG-04: which device an executor was given, and what it takes of a lease. */
class DeviceDiscoveryTest {
    private static final String DEVICE = "MIG-41b9eab5-8d48-5c52-9d1a-0a0b0c0d0e0f";
    private static final String KEY = "node1-gpu0-2g-4";

    @TempDir
    Path folder;

    @Test
    void a_script_is_asked_as_spark_asks_it() throws Exception {
        Path script = TestCluster.script(folder, List.of(DEVICE));
        assertThat(DeviceDiscovery.only("it", DeviceDiscovery.discover(script.toString())))
                .isEqualTo(DEVICE);
    }

    @Test
    void a_script_that_fails_or_prints_something_else_is_named() throws Exception {
        Path script = Files.writeString(folder.resolve("broken"), "#!/bin/sh\necho no driver; exit 9\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        assertThatThrownBy(() -> DeviceDiscovery.discover(script.toString()))
                .hasMessageContaining("broken ended with 9")
                .hasMessageContaining("got no driver");
        Files.writeString(script, "#!/bin/sh\necho 0,1\n");
        assertThatThrownBy(() -> DeviceDiscovery.discover(script.toString()))
                .hasMessageContaining("printed no JSON: 0,1");
    }

    @Test
    void an_index_several_devices_or_none_are_refused() {
        for (List<String> addresses : List.of(List.of("0"), List.of(DEVICE, "GPU-1"), List.<String>of())) {
            assertThatThrownBy(() -> DeviceDiscovery.only("Spark's resource gpu", addresses))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Spark's resource gpu tells of " + addresses)
                    .hasMessageContaining("by their UUIDs");
        }
    }

    @Test
    void a_slice_is_locked_for_as_long_as_a_task_has_it() throws Exception {
        List<String> visible = new ArrayList<>();
        GivenDevice given = new GivenDevice(DEVICE, folder, Duration.ofMillis(1), report -> {}, visible::add);
        assertThat(visible).containsExactly(DEVICE);
        try (ExecutorSlice.Claim claim = given.claim(lease(DEVICE), Map.of())) {
            assertThat(SliceLock.isHeld(folder, SliceKey.parse(KEY)))
                    .as("%s", claim)
                    .isTrue();
            assertThatThrownBy(() -> given.claim(lease(DEVICE), Map.of()))
                    .hasMessageContaining("slice " + KEY + " is still owned by another process");
        }
        assertThat(SliceLock.isHeld(folder, SliceKey.parse(KEY))).isFalse();
    }

    @Test
    void a_task_that_came_to_another_device_is_refused() throws Exception {
        GivenDevice given = new GivenDevice(DEVICE, folder, Duration.ofMillis(1), report -> {}, device -> {});
        assertThatThrownBy(() -> given.claim(lease("MIG-other"), Map.of()))
                .hasMessage("the lease is for device MIG-other, the cluster gave this executor " + DEVICE
                        + "; another executor has it");
        assertThat(SliceLock.isHeld(folder, SliceKey.parse(KEY))).isFalse();
    }

    private static SliceLease lease(String device) {
        return TestTasks.lease(KEY, "7", Instant.now().plusSeconds(600), device, true);
    }
}
