package io.tomogrid.slices.interop;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.Slice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The labels that NVIDIA's gpu-feature-discovery gives a Kubernetes node with the strategy {@code mixed}: one resource for each
 * profile. Only those whose values are known here; a simulated GPU says so in its product (SLC-40).
 */
public final class NodeLabels {
    private static final String DOMAIN = "nvidia.com/";
    private static final long MIB = 1L << 20;
    /** Of a label's value, see Kubernetes' "Labels and Selectors". */
    private static final int LONGEST = 63;

    private NodeLabels() {}

    /**
     * By name. GPUs of several products on one node are told by the first, as the original does.
     *
     * @param gpus of one host
     */
    public static Map<String, String> of(List<Gpu> gpus) {
        Map<String, String> labels = new TreeMap<>();
        if (gpus.isEmpty()) {
            return labels;
        }
        Gpu first = gpus.get(0);
        labels.put(DOMAIN + "gpu.count", Integer.toString(gpus.size()));
        labels.put(DOMAIN + "gpu.product", value(first.name()));
        labels.put(DOMAIN + "gpu.memory", Long.toString(first.memoryBytes() / MIB));
        labels.put(DOMAIN + "mig.strategy", "mixed");
        labels.put(DOMAIN + "mig.capable", Boolean.toString(gpus.stream().anyMatch(NodeLabels::isCut)));
        for (Gpu gpu : gpus) {
            if (isCut(gpu)) {
                for (Slice slice : gpu.slices()) {
                    count(labels, gpu, gpu.placement(slice.key()).profile());
                }
            }
        }
        return labels;
    }

    private static void count(Map<String, String> labels, Gpu gpu, GpuProfile profile) {
        String name = DriverNames.of(profile, gpu.memoryBytes());
        String resource = DOMAIN + "mig-" + name.replace('+', '.');
        labels.merge(resource + ".count", "1", (was, one) -> Integer.toString(Integer.parseInt(was) + 1));
        labels.put(resource + ".product", value(value(gpu.name()) + "-MIG-" + name.replace('+', '.')));
        labels.put(resource + ".memory", Long.toString(profile.memoryBytes() / MIB));
        labels.put(resource + ".slices.gi", Integer.toString(profile.computeSlices()));
        labels.put(resource + ".slices.ci", Integer.toString(profile.computeSlices()));
        labels.put(resource + ".replicas", "1");
    }

    private static boolean isCut(Gpu gpu) {
        return gpu.profiles().stream().anyMatch(profile -> profile.profileEnum() != GpuProfile.WHOLE);
    }

    private static String value(String text) {
        String value = text.replaceAll("[^A-Za-z0-9._-]+", "-");
        return value.substring(0, Math.min(value.length(), LONGEST)).replaceAll("^[._-]+|[._-]+$", "");
    }
}
