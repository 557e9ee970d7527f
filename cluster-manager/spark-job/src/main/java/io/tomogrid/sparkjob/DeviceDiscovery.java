package io.tomogrid.sparkjob;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * Which device a cluster that is not ours gave to this executor: the address of Spark's resource {@code gpu} where Spark hands
 * it out, else what a discovery script in its container prints, since there is no other device in there.
 */
final class DeviceDiscovery {
    /** Spark's name of the resource. */
    static final String RESOURCE = "gpu";
    /** A script as {@code spark.executor.resource.gpu.discoveryScript}, where the cluster knows devices and Spark does not. */
    static final String SCRIPT = "spark.tomogrid.discovery";

    private static final Pattern DEVICE = Pattern.compile("(GPU|MIG)-[A-Za-z0-9/-]+");
    private static final long LONGEST_SECONDS = 60;

    private DeviceDiscovery() {}

    /** @throws IllegalStateException if it is not exactly one device, saying what to correct */
    static String ofThisExecutor(PluginContext context) throws IOException, InterruptedException {
        ResourceInformation given = context.resources().get(RESOURCE);
        if (given != null) {
            return only("Spark's resource " + RESOURCE, List.of(given.addresses()));
        }
        SparkConf conf = context.conf();
        if (!conf.contains(SCRIPT)) {
            throw new IllegalStateException("this executor was given no resource " + RESOURCE + ", it has "
                    + context.resources().keySet() + ", and " + SCRIPT + " names no script that finds its device");
        }
        return only(conf.get(SCRIPT), discover(conf.get(SCRIPT)));
    }

    /** @throws IllegalStateException if it does not print what Spark's discovery scripts do */
    static List<String> discover(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(script + " does not end");
        }
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, Object> document = process.exitValue() == 0 ? map(script, printed) : Map.of();
        if (document.get("addresses") instanceof List<?> addresses) {
            return addresses.stream().map(String::valueOf).toList();
        }
        throw new IllegalStateException(script + " ended with " + process.exitValue()
                + "; expected {\"name\":\"gpu\",\"addresses\":[…]}, got " + printed.strip());
    }

    private static Map<String, Object> map(String script, String printed) {
        try {
            return JSON.std.mapFrom(printed);
        } catch (IOException e) {
            throw new IllegalStateException(script + " printed no JSON: " + printed.strip(), e);
        }
    }

    /** An index names another device in each container, and no MIG device at all. */
    static String only(String source, List<String> addresses) {
        if (addresses.size() != 1 || !DEVICE.matcher(addresses.get(0)).matches()) {
            throw new IllegalStateException("an executor works on exactly one device, named GPU-… or MIG-…; " + source
                    + " tells of " + addresses
                    + ": have the cluster discover devices by their UUIDs, as deploy/engines/devices.sh does");
        }
        return addresses.get(0);
    }
}
