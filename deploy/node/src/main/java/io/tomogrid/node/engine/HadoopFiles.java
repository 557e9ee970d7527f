package io.tomogrid.node.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What YARN needs so that it gives each executor one GPU by its plugin {@code yarn.io/gpu}, and what the driver is told. A job
 * on a real ResourceManager and NodeManager is tested, with the resource counted; the plugin, which needs a GPU, is not
 * (ENG-06).
 */
public final class HadoopFiles {
    private static final String STATUS =
            "Tested on a YARN that counts yarn.io/gpu; its plugin that finds and isolates GPUs is rendered, not run";

    private HadoopFiles() {}

    /**
     * Files of Hadoop's and the driver's settings.
     *
     * @param executors how many, each with one GPU
     * @throws IllegalArgumentException for a slice of a GPU
     */
    public static Rendering of(SliceChoice slice, int executors) {
        if (!slice.whole()) {
            throw new IllegalArgumentException("--slice: YARN's GPU plugin gives whole GPUs, not " + slice
                    + "; say --slice whole, or cut the cards into our own Workers' slices (--engine ours)");
        }
        Map<String, String> files = new LinkedHashMap<>();
        files.put("resource-types.xml", xml(Map.of("yarn.resource-types", "yarn.io/gpu")));
        Map<String, String> node = new LinkedHashMap<>();
        node.put("yarn.nodemanager.resource-plugins", "yarn.io/gpu");
        node.put("yarn.nodemanager.resource-plugins.gpu.allowed-gpu-devices", "auto");
        node.put(
                "yarn.nodemanager.container-executor.class",
                "org.apache.hadoop.yarn.server.nodemanager.LinuxContainerExecutor");
        node.put("yarn.nodemanager.linux-container-executor.cgroups.mount", "true");
        files.put("yarn-site.xml", xml(node));
        files.put("container-executor.cfg", """
                [gpu]
                module.enabled=true
                [cgroups]
                root=/sys/fs/cgroup
                yarn-hierarchy=/hadoop-yarn
                """);
        files.put(
                "capacity-scheduler.xml",
                xml(Map.of(
                        "yarn.scheduler.capacity.resource-calculator",
                        "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator")));
        files.put("driver.properties", """
                # ./tomogrid up --engine yarn, each of these with --engine-conf; or the driver alone, each with -D
                spark.executor.instances=EXECUTORS
                spark.executor.resource.gpu.discoveryScript=/opt/tomogrid/deploy/engines/devices.sh
                """.replace("EXECUTORS", Integer.toString(executors)));
        return new Rendering(files, STATUS);
    }

    private static String xml(Map<String, String> properties) {
        StringBuilder xml = new StringBuilder("<configuration>\n");
        properties.forEach((name, value) -> xml.append("  <property><name>")
                .append(name)
                .append("</name><value>")
                .append(value)
                .append("</value></property>\n"));
        return xml.append("</configuration>\n").toString();
    }
}
