package io.tomogrid.agent;

import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.http.Door;
import io.tomogrid.slices.http.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The agent's command line.
 *
 * @param host this host's name in every slice key; letters and digits only, since Spark cuts a resource's name at the first dot
 * @param portFile where to write the port once the agent is up
 * @param state folder of what the agent keeps
 * @param locks folder of the slice locks, the same for all processes of a host
 * @param owners folder of the GPUs' owners; empty for the well-known one, or {@code locks} where GPUs are simulated
 * @param controlGroups folder of cgroup v2 that is delegated to us; empty to limit no processors
 * @param inventory which GPUs to use
 * @param asCut whether others cut the GPUs, so that only what exists is on offer
 * @param simulated how many GPUs of which model, where they are simulated
 * @param door where to listen and whether by TLS
 * @param spark how to run Workers; empty with {@code --no-workers}
 */
record AgentArguments(
        String host,
        Optional<Path> portFile,
        Path state,
        Path locks,
        Optional<Path> owners,
        Optional<Path> controlGroups,
        Source inventory,
        boolean asCut,
        Simulated simulated,
        DoorOptions door,
        Optional<SparkOptions> spark) {
    static final String USAGE =
            "usage: AgentMain --state DIR --locks DIR {--spark-home DIR --master spark://HOST:PORT | --no-workers}"
                    + " [--port 0] [--port-file FILE] [--host NAME] [--inventory auto|nvml|simulated] [--as-cut] [--gpus 1]"
                    + " [--model A100-40GB] [--java PATH]"
                    + " [--worker-cores 32] [--worker-memory 64g] [--owners DIR] [--cgroups DIR] [--address 127.0.0.1]"
                    + " [--tls-keystore FILE.p12 [--tls-trust FILE.pem] [--tls-any-client]]";

    private static final List<String> WITH_VALUE = List.of(
            "--state",
            "--locks",
            "--spark-home",
            "--master",
            "--port",
            "--port-file",
            "--owners",
            "--cgroups",
            "--address",
            "--tls-keystore",
            "--tls-trust",
            "--host",
            "--inventory",
            "--gpus",
            "--model",
            "--java",
            "--worker-cores",
            "--worker-memory");
    private static final String NO_WORKERS = "--no-workers";
    private static final String AS_CUT = "--as-cut";
    private static final String ANY_CLIENT = "--tls-any-client";
    private static final Set<String> FLAGS = Set.of(NO_WORKERS, AS_CUT, ANY_CLIENT);
    private static final Pattern ANYTHING = Pattern.compile(".+");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");

    enum Source {
        /** NVML if it finds a GPU, else simulated. */
        AUTO,
        /** NVML, or the agent does not start. */
        NVML,
        SIMULATED
    }

    /** GPUs that are simulated. */
    record Simulated(GpuModel model, int count) {}

    /**
     * How to run Workers.
     *
     * @param home with {@code jars} and {@code conf}
     * @param master {@code spark://host:port}
     * @param java the program
     * @param workerCores what a Worker offers; must be enough for every slice at once, since leases and not Spark's count of
     *     cores say how many executors there are
     * @param workerMemory the same for executors' heaps, e.g. {@code 64g}
     */
    record SparkOptions(Path home, String master, Path java, int workerCores, String workerMemory) {}

    /**
     * Where to listen.
     *
     * @param address of an interface; anything but loopback needs a key store
     * @param port 0 for any that is free
     * @param keystore PKCS12 with our key; its password is in the environment variable TOMOGRID_TLS_PASSWORD
     * @param trust PEM of the authorities whose clients are let in; empty for those in the key store
     * @param mutual whether clients must show a certificate
     */
    record DoorOptions(String address, int port, Optional<Path> keystore, Optional<Path> trust, boolean mutual) {
        /** @throws IOException naming the file that cannot be used */
        Door open(String password) throws IOException {
            if (keystore.isEmpty()) {
                if (trust.isPresent() || !mutual) {
                    throw new IllegalArgumentException("--tls-trust and --tls-any-client need --tls-keystore");
                }
                return new Door(address, port, Optional.empty());
            }
            if (password == null || password.isEmpty()) {
                throw new IllegalArgumentException(
                        "no password for " + keystore.get() + ": set the environment variable TOMOGRID_TLS_PASSWORD");
            }
            return new Door(
                    address, port, Optional.of(Tls.server(new Tls.Key(keystore.get(), password), trust, mutual)));
        }
    }

    /** @throws IllegalArgumentException naming the option that is missing or wrong */
    static AgentArguments parse(String... arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            if (FLAGS.contains(arguments[i])) {
                given.put(arguments[i], "");
            } else if (!WITH_VALUE.contains(arguments[i])) {
                throw new IllegalArgumentException(arguments[i] + ": no such option");
            } else if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + ": its value is missing");
            } else {
                given.put(arguments[i], arguments[++i]);
            }
        }
        return new AgentArguments(
                matching(given, "--host", thisHost(), Pattern.compile("[a-z0-9]+")),
                Optional.ofNullable(given.get("--port-file")).map(Path::of),
                path(given, "--state"),
                path(given, "--locks"),
                optionalPath(given, "--owners"),
                optionalPath(given, "--cgroups"),
                Source.valueOf(matching(given, "--inventory", "auto", Pattern.compile("auto|nvml|simulated"))
                        .toUpperCase(Locale.ROOT)),
                given.containsKey(AS_CUT),
                new Simulated(
                        GpuModel.named(matching(given, "--model", "A100-40GB", ANYTHING)),
                        Integer.parseInt(matching(given, "--gpus", "1", Pattern.compile("[1-9]\\d?")))),
                new DoorOptions(
                        matching(given, "--address", "127.0.0.1", ANYTHING),
                        port(given),
                        optionalPath(given, "--tls-keystore"),
                        optionalPath(given, "--tls-trust"),
                        !given.containsKey(ANY_CLIENT)),
                given.containsKey(NO_WORKERS) ? Optional.empty() : Optional.of(spark(given)));
    }

    private static SparkOptions spark(Map<String, String> given) {
        return new SparkOptions(
                path(given, "--spark-home"),
                matching(given, "--master", null, Pattern.compile("spark://.+:\\d+")),
                Path.of(matching(
                        given,
                        "--java",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        ANYTHING)),
                Integer.parseInt(matching(given, "--worker-cores", "32", Pattern.compile("[1-9]\\d{0,4}"))),
                matching(given, "--worker-memory", "64g", Pattern.compile("[1-9]\\d{0,5}[mg]")));
    }

    private static String matching(Map<String, String> given, String option, String otherwise, Pattern form) {
        String value = given.getOrDefault(option, otherwise);
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing");
        }
        if (!form.matcher(value).matches()) {
            throw new IllegalArgumentException(option + ": " + value + " is not of the form " + form);
        }
        return value;
    }

    private static Path path(Map<String, String> given, String option) {
        return Path.of(matching(given, option, null, ANYTHING)).toAbsolutePath().normalize();
    }

    private static Optional<Path> optionalPath(Map<String, String> given, String option) {
        return given.containsKey(option) ? Optional.of(path(given, option)) : Optional.empty();
    }

    private static int port(Map<String, String> given) {
        int port = Integer.parseInt(matching(given, "--port", "0", NUMBER));
        if (port > 65535) {
            throw new IllegalArgumentException("--port: expected at most 65535, got " + port);
        }
        return port;
    }

    private static String thisHost() {
        try {
            String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            String usable = name.replaceFirst("\\..*", "").replaceAll("[^a-z0-9]", "");
            return usable.isEmpty() ? "localhost" : usable;
        } catch (IOException noName) {
            return "localhost";
        }
    }
}
