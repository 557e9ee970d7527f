package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;

/**
 * How the driver uses a Spark cluster that is not ours: it takes as many executors as it is given, one device each, and keeps
 * them; a task runs on the one that has its device. How many that are, and whatever the cluster asks of its users, are system
 * properties of the driver's ({@code -Dspark.cores.max}, {@code -Dspark.executor.instances}, {@code -Dspark.yarn.queue}, …).
 */
final class ExistingCluster {
    private static final String GPU_OF_EXECUTOR = "spark.executor.resource." + DeviceDiscovery.RESOURCE;
    private static final String ONE = "1";
    /** Longer than any task: it goes to its executor or nowhere. */
    private static final String FOR_EVER = "1000d";
    /** What a Spark of the same version has not got by itself. */
    private static final List<String> OURS = List.of("tomogrid-", "jna-", "jcuda-", "jackson-jr-");

    private ExistingCluster() {}

    static void set(SparkConf conf, Engine engine) {
        conf.set(DriverConf.EXISTING, "true")
                .set("spark.dynamicAllocation.enabled", "false")
                .set("spark.locality.wait", FOR_EVER)
                .setIfMissing("spark.executor.cores", ONE);
        // one task at a time, however many processors it may use
        conf.set("spark.task.cpus", conf.get("spark.executor.cores"));
        if (engine instanceof Engine.Standalone) {
            setGpu(conf);
            String jars = ourJars();
            if (!jars.isEmpty()) {
                conf.setIfMissing("spark.jars", jars);
            }
        } else {
            conf.setIfMissing("spark.executor.instances", ONE)
                    .set("spark.submit.deployMode", "client")
                    // of a secret that Spark makes for each application there
                    .set("spark.authenticate", "true");
            if (engine instanceof Engine.Yarn) {
                requireScript(conf, GPU_OF_EXECUTOR + ".discoveryScript");
                setGpu(conf);
            } else {
                // the pod's template asks for the device, since Spark cuts the name of a MIG profile at its dot
                requireScript(conf, DeviceDiscovery.SCRIPT);
            }
        }
    }

    private static void setGpu(SparkConf conf) {
        conf.set(GPU_OF_EXECUTOR + ".amount", ONE)
                .set("spark.task.resource." + DeviceDiscovery.RESOURCE + ".amount", ONE);
    }

    private static void requireScript(SparkConf conf, String property) {
        if (!conf.contains(property)) {
            throw new IllegalArgumentException("the system property " + property
                    + " is missing: name the script that tells a container's device, such as"
                    + " deploy/engines/devices.sh, where the executors find it");
        }
    }

    /** Spark brings them to the executors. Empty where this is not started from jars. */
    private static String ourJars() {
        try {
            Path here = Path.of(ExistingCluster.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (!here.toString().endsWith(".jar")) {
                return "";
            }
            try (Stream<Path> jars = Files.list(here.getParent())) {
                return jars.filter(jar -> OURS.stream()
                                .anyMatch(name -> jar.getFileName().toString().startsWith(name)))
                        .sorted()
                        .map(Path::toString)
                        .collect(Collectors.joining(","));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("where this program's jars are is no path", e);
        } catch (IOException e) {
            throw new UncheckedIOException("this program's jars cannot be listed", e);
        }
    }
}
