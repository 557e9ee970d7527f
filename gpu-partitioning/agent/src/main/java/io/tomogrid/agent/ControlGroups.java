package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A control group (cgroup v2) for each placement, which its executor joins, so that a slice has its share of the processors
 * too: on a simulated GPU that is all there is of it. The folder must be delegated to us (systemd: {@code Delegate=yes}), which
 * takes no root; see the kernel's "Control Group v2", sections "Delegation" and "CPU Interface Files".
 */
final class ControlGroups {
    private static final int PERIOD_MICROS = 100_000;
    private static final int LEAST_QUOTA_MICROS = 1_000;

    private ControlGroups() {}

    /**
     * Makes what is missing; groups that are there get their limits anew.
     *
     * @param folder empty if none was given
     * @param processors what the host has
     * @return for people: what is limited, or why nothing is
     */
    static String make(Optional<Path> folder, HostInventory host, int processors) {
        if (folder.isEmpty()) {
            return "processors are not limited: give a delegated folder of cgroup v2 by --cgroups";
        }
        try {
            enable(folder.get());
            int made = 0;
            for (Gpu gpu : host.gpus()) {
                for (Placement placement : gpu.placements()) {
                    limit(
                            folder.get().resolve(gpu.key(host.host(), placement).toString()),
                            quota(gpu, placement, processors));
                    made++;
                }
            }
            return "processors are limited by " + made + " groups below " + folder.get();
        } catch (IOException e) {
            return "processors are not limited: " + folder.get() + " is no folder of cgroup v2 that we may write ("
                    + e.getMessage() + ")";
        }
    }

    private static void enable(Path folder) throws IOException {
        List<String> controllers = List.of(
                Files.readString(folder.resolve("cgroup.controllers")).strip().split(" "));
        if (!controllers.contains("cpu")) {
            throw new IOException("its controllers are " + controllers + ", cpu is not among them");
        }
        Files.writeString(folder.resolve("cgroup.subtree_control"), "+cpu");
    }

    private static void limit(Path group, long quota) throws IOException {
        Files.createDirectories(group);
        Files.writeString(group.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
    }

    /** The same share of the processors as of the GPU's compute slices. */
    static long quota(Gpu gpu, Placement placement, int processors) {
        int whole = gpu.profiles().stream()
                .filter(GpuProfile::plain)
                .mapToInt(GpuProfile::computeSlices)
                .max()
                .orElse(0);
        long all = (long) PERIOD_MICROS * processors;
        return whole == 0
                ? all
                : Math.max(LEAST_QUOTA_MICROS, all * placement.profile().computeSlices() / whole);
    }
}
