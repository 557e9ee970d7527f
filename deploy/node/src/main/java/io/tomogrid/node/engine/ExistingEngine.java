package io.tomogrid.node.engine;

import io.tomogrid.cluster.contract.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Spark cluster that a node uses in place of its own.
 *
 * @param engine never ours
 * @param properties of Spark's, for the driver: whatever that cluster asks of its users
 */
public record ExistingEngine(Engine engine, Map<String, String> properties) {
    private static final int PATIENCE_MILLIS = 5000;
    private static final String SCRIPT = "spark.executor.resource.gpu.discoveryScript";

    public ExistingEngine {
        properties = Map.copyOf(properties);
    }

    /**
     * What the options say; empty for our own.
     *
     * @param conf {@code spark.NAME=VALUE} each
     * @throws IllegalArgumentException naming the option that is wrong
     */
    public static Optional<ExistingEngine> of(String engine, List<String> conf) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String one : conf) {
            int equals = one.indexOf('=');
            if (equals < 1 || !one.startsWith("spark.")) {
                throw new IllegalArgumentException("engine-conf: expected spark.NAME=VALUE, got " + one);
            }
            properties.put(one.substring(0, equals), one.substring(equals + 1));
        }
        Optional<ExistingEngine> existing = Engine.existing(engine).map(it -> new ExistingEngine(it, properties));
        if (existing.isEmpty() && !properties.isEmpty()) {
            throw new IllegalArgumentException("engine-conf is for an engine that is not ours; say --engine too");
        }
        return existing;
    }

    /**
     * Looks whether a node on this machine, whose services listen on loopback alone, can use it.
     *
     * @param environment of this process
     * @return what was found, in one sentence
     * @throws IOException saying what is missing and what to do about it
     */
    public String check(Map<String, String> environment) throws IOException {
        if (engine instanceof Engine.Standalone standalone) {
            return checkMaster(standalone);
        }
        if (engine instanceof Engine.Yarn) {
            return checkYarn(environment);
        }
        throw new IOException(
                engine.master() + ": pods do not reach the services of this node, which listen on loopback"
                        + " alone; run them apart, with what ./tomogrid engine render --engine k8s prints (docs/engines.md)");
    }

    private static String checkMaster(Engine.Standalone standalone) throws IOException {
        String why = "";
        for (String address : standalone.master().substring("spark://".length()).split(",")) {
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
            InetAddress found = InetAddress.getByName(host);
            if (!found.isLoopbackAddress() && NetworkInterface.getByInetAddress(found) == null) {
                throw new IOException(standalone.master() + " is another machine, whose executors do not reach the"
                        + " services of this node, which listen on loopback alone; run them apart (docs/engines.md)");
            }
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(found, Integer.parseInt(address.substring(colon + 1))), PATIENCE_MILLIS);
                return "a program listens at " + address;
            } catch (IOException e) {
                why = e.getMessage();
            }
        }
        throw new IOException("no Master answers at " + standalone.master() + " (" + why + "); start it first");
    }

    private String checkYarn(Map<String, String> environment) throws IOException {
        String folder = environment.getOrDefault("HADOOP_CONF_DIR", "");
        if (folder.isEmpty() || !Files.isRegularFile(Path.of(folder, "yarn-site.xml"))) {
            throw new IOException("yarn: HADOOP_CONF_DIR must name the folder with the cluster's yarn-site.xml, it is "
                    + (folder.isEmpty() ? "not set" : folder));
        }
        if (!properties.containsKey(SCRIPT)) {
            throw new IOException("yarn: say --engine-conf " + SCRIPT
                    + "=PATH, where the node managers have deploy/engines/devices.sh");
        }
        return "the YARN of " + folder;
    }
}
