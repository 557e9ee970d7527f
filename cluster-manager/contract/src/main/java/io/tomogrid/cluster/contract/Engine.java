package io.tomogrid.cluster.contract;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose Spark runs the tasks. On our own cluster each Worker offers every placement of its GPU by name and the lease decides;
 * on one that exists already the cluster hands out devices that are cut for good, and each task goes to the executor that was
 * given the device of its lease (ENG-01).
 */
public sealed interface Engine {
    /** What Spark calls {@code spark.master}. */
    String master();

    /** Master and Workers that we start. @param master {@code spark://HOST:PORT} */
    record Ours(String master) implements Engine {}

    /** A standalone cluster that somebody else runs. @param master {@code spark://HOST:PORT}, several hosts by comma */
    record Standalone(String master) implements Engine {}

    /** The YARN of the Hadoop configuration that the environment variable HADOOP_CONF_DIR names. */
    record Yarn() implements Engine {
        @Override
        public String master() {
            return "yarn";
        }
    }

    /** A Kubernetes cluster. @param master {@code k8s://https://HOST:PORT}, its API server */
    record Kubernetes(String master) implements Engine {}

    /** The word for our own. */
    String OURS = "ours";

    /**
     * The engine that a setting names; empty for {@link #OURS}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text and what there is
     */
    static Optional<Engine> existing(String text) {
        String word = text.strip();
        if (word.equals(OURS)) {
            return Optional.empty();
        }
        if (word.equals("yarn")) {
            return Optional.of(new Yarn());
        }
        if (word.startsWith("spark://")) {
            for (String address : word.substring("spark://".length()).split(",", -1)) {
                address(word, address);
            }
            return Optional.of(new Standalone(word));
        }
        if (word.startsWith("k8s://")) {
            String server = word.substring("k8s://".length()).replaceFirst("^https?://", "");
            address(word, server);
            return Optional.of(new Kubernetes(word));
        }
        throw new IllegalArgumentException(
                "engine: expected ours, spark://HOST:PORT of a standalone Master, yarn or k8s://https://HOST:PORT, got "
                        + word + (word.startsWith("local") ? "; a local one has no executors that own a slice" : ""));
    }

    private static void address(String whole, String address) {
        Matcher form = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9a-fA-F:]+]):(\\d{1,5})")
                .matcher(address);
        if (!form.matches() || Integer.parseInt(form.group(2)) < 1 || Integer.parseInt(form.group(2)) > 65535) {
            throw new IllegalArgumentException("engine: expected HOST:PORT with a port from 1 to 65535 in " + whole
                    + ", got " + (address.isEmpty() ? "nothing" : address));
        }
    }
}
