package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SimulatedInventory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-37 on a made-up cgroup file system: what is written where. That the kernel keeps to it is the kernel's. */
class ControlGroupsTest {
    @TempDir
    Path folder;

    private HostInventory host;

    @BeforeEach
    void read() throws Exception {
        host = new SimulatedInventory("node1", folder.resolve("state"), key -> false).read();
    }

    @Test
    void a_slice_has_the_share_of_the_processors_that_it_has_of_the_gpu() throws Exception {
        Path groups = Files.createDirectories(folder.resolve("cgroup"));
        Files.writeString(groups.resolve("cgroup.controllers"), "cpuset cpu io memory pids\n");
        assertThat(ControlGroups.make(Optional.of(groups), host, 14)).contains("18 groups below " + groups);
        assertThat(groups.resolve("cgroup.subtree_control")).hasContent("+cpu");
        assertThat(groups.resolve("node1-gpu0-7g-0/cpu.max")).hasContent("1400000 100000");
        assertThat(groups.resolve("node1-gpu0-3g-4/cpu.max")).hasContent("600000 100000");
        assertThat(groups.resolve("node1-gpu0-1gx2-6/cpu.max")).hasContent("200000 100000");
        assertThat(ControlGroups.make(Optional.of(groups), host, 7)).contains("18 groups");
        assertThat(groups.resolve("node1-gpu0-3g-4/cpu.max")).hasContent("300000 100000");
    }

    @Test
    void where_it_cannot_be_limited_it_is_said() throws Exception {
        assertThat(ControlGroups.make(Optional.empty(), host, 4)).contains("--cgroups");
        assertThat(ControlGroups.make(Optional.of(folder.resolve("absent")), host, 4))
                .contains("absent is no folder of cgroup v2");
        Files.writeString(folder.resolve("cgroup.controllers"), "memory pids\n");
        assertThat(ControlGroups.make(Optional.of(folder), host, 4)).contains("[memory, pids], cpu is not among them");
    }
}
