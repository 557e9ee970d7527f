package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The driver's command line.
 *
 * @param engine whose Spark: {@code --master} names our own Master, {@code --engine} a cluster that exists already
 * @param port to listen on, 0 for any that is free
 * @param portFile where to write the port once the driver is ready
 * @param locks folder of the slice locks, the same for all processes of a host
 * @param executorMemory heap of an executor, e.g. {@code 3g} or {@code 512m}
 * @param idleTimeout how long an executor without a task keeps its slice
 */
record DriverArguments(
        Engine engine, int port, Optional<Path> portFile, Path locks, String executorMemory, Duration idleTimeout) {
    static final String USAGE =
            "usage: DriverMain {--master spark://HOST:PORT | --engine ENGINE} --locks DIR [--port N] [--port-file FILE]"
                    + " [--executor-memory 3g] [--idle-timeout 60s]";

    private static final Pattern SECONDS = Pattern.compile("(\\d{1,6})s");
    private static final Pattern MEMORY = Pattern.compile("\\d{1,5}[mg]");
    private static final List<String> KNOWN =
            List.of("--master", "--engine", "--locks", "--port", "--port-file", "--executor-memory", "--idle-timeout");

    /** @throws IllegalArgumentException naming the option that is missing or wrong */
    static DriverArguments parse(String... arguments) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!KNOWN.contains(arguments[i])) {
                throw new IllegalArgumentException(arguments[i] + ": no such option");
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + ": its value is missing");
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        return new DriverArguments(
                engine(given),
                port(matching(given, "--port", "0", Pattern.compile("\\d{1,5}"))),
                Optional.ofNullable(given.get("--port-file")).map(Path::of),
                Path.of(matching(given, "--locks", null, Pattern.compile(".+"))),
                matching(given, "--executor-memory", "3g", MEMORY),
                seconds(matching(given, "--idle-timeout", "60s", SECONDS)));
    }

    private static Engine engine(Map<String, String> given) {
        if (!given.containsKey("--engine")) {
            return new Engine.Ours(matching(given, "--master", null, Pattern.compile("spark://.+:\\d+")));
        }
        if (given.containsKey("--master")) {
            throw new IllegalArgumentException("--master names our own Master and --engine another cluster: give one");
        }
        return Engine.existing(given.get("--engine"))
                .orElseThrow(() -> new IllegalArgumentException("--engine: for our own give --master"));
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

    private static int port(String digits) {
        int port = Integer.parseInt(digits);
        if (port > 65535) {
            throw new IllegalArgumentException("--port: expected at most 65535, got " + port);
        }
        return port;
    }

    private static Duration seconds(String text) {
        long seconds = Long.parseLong(text.substring(0, text.length() - 1));
        if (seconds == 0) {
            throw new IllegalArgumentException("--idle-timeout: expected at least 1s, got " + text);
        }
        return Duration.ofSeconds(seconds);
    }
}
