package io.tomogrid.node;

import io.tomogrid.node.engine.ExistingEngine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How a node is to run.
 *
 * @param home where it keeps everything
 * @param dicomPort port of its Storage SCP, 0 for any
 * @param httpPort port of the gateway's HTTP, 0 for any
 * @param aeTitle its AE title
 * @param callingAllowed calling AE titles that may come in
 * @param quietPeriod silence after which a study is complete
 * @param destinations where results go
 * @param inventory {@code auto}: GPUs found through NVML, else a simulated one; {@code simulated}
 * @param executorMemory heap of one Spark executor, e.g. {@code 3g}
 * @param archive where the archive is, {@code hdfs:} or {@code file:}; empty for the one that the home has, see {@link
 *     HomeArchive}
 * @param listen address on which DICOM and the gateway's HTTP listen: {@link #LOOPBACK} or {@link #EVERYWHERE}
 * @param existing the Spark that runs the tasks, where it is not our own
 */
public record NodeConfig(
        NodeHome home,
        int dicomPort,
        int httpPort,
        String aeTitle,
        List<String> callingAllowed,
        Duration quietPeriod,
        List<Destination> destinations,
        String inventory,
        String executorMemory,
        Optional<URI> archive,
        String listen,
        Optional<ExistingEngine> existing) {
    public static final String LOOPBACK = "127.0.0.1";
    /** Every address of the machine; in a container, whose published ports decide who comes in. */
    public static final String EVERYWHERE = "0.0.0.0";

    /** Enough for a CT of 512 x 512 x 600 and the PET on its grid. */
    public static final String EXECUTOR_MEMORY = "3g";

    public NodeConfig {
        callingAllowed = List.copyOf(callingAllowed);
        destinations = List.copyOf(destinations);
        if (!listen.equals(LOOPBACK) && !listen.equals(EVERYWHERE)) {
            throw new IllegalArgumentException(
                    "listen: expected " + LOOPBACK + " or " + EVERYWHERE + " (every address), got " + listen);
        }
    }

    /** On loopback, with the archive in its home. */
    public NodeConfig(
            NodeHome home,
            int dicomPort,
            int httpPort,
            String aeTitle,
            List<String> callingAllowed,
            Duration quietPeriod,
            List<Destination> destinations,
            String inventory,
            String executorMemory) {
        this(
                home,
                dicomPort,
                httpPort,
                aeTitle,
                callingAllowed,
                quietPeriod,
                destinations,
                inventory,
                executorMemory,
                Optional.empty(),
                LOOPBACK,
                Optional.empty());
    }

    /**
     * A DICOM peer.
     *
     * @param name for people, from its AE title
     * @param results whether it gets every result; else it only is a destination of C-MOVE
     * @param commitment whether it is asked to commit itself to keep them
     */
    public record Destination(String name, String host, int port, String aeTitle, boolean results, boolean commitment) {
        private static final String COMMITMENT = "commitment";
        private static final String NO_RESULTS = "no-results";

        /** One that gets results and is not asked for commitment. */
        public Destination(String name, String host, int port, String aeTitle) {
            this(name, host, port, aeTitle, true, false);
        }

        /**
         * @throws IllegalArgumentException if the text is not of the form {@code AETITLE@host:port}, behind it
         *     {@code ,commitment} or {@code ,no-results}
         */
        public static Destination parse(String text) {
            String[] parts = text.split(",", -1);
            String peer = parts[0];
            int at = peer.indexOf('@');
            int colon = peer.lastIndexOf(':');
            try {
                if (at < 1 || at > 16 || colon < at + 2) {
                    throw new IllegalArgumentException("no AE title, host or port in it");
                }
                int port = Integer.parseInt(peer.substring(colon + 1));
                if (port < 1 || port > 65535) {
                    throw new IllegalArgumentException("port out of range");
                }
                List<String> options = List.of(parts).subList(1, parts.length);
                if (!Set.of(COMMITMENT, NO_RESULTS).containsAll(options)) {
                    throw new IllegalArgumentException("an option that there is not");
                }
                String aeTitle = peer.substring(0, at);
                return new Destination(
                        aeTitle.toLowerCase(Locale.ROOT),
                        peer.substring(at + 1, colon),
                        port,
                        aeTitle,
                        !options.contains(NO_RESULTS),
                        options.contains(COMMITMENT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "destination: expected AETITLE@host:port, e.g. PACS@127.0.0.1:104, and behind it ," + COMMITMENT
                                + " or ," + NO_RESULTS + " if wanted, got " + text,
                        e);
            }
        }
    }

    /** Where the build unpacked the viewer, if it could fetch it. */
    public static Path viewer() {
        return Path.of(System.getProperty("tomogrid.root", "."), ".tomogrid", "viewer");
    }

    /** Where the build laid out what the node's processes run from. */
    public record Layout(Path sparkHome, Path libraries, Path java) {

        /** @throws IOException if a part has not been built; says how */
        public static Layout find() throws IOException {
            Path root = Path.of(System.getProperty("tomogrid.root", "."))
                    .toAbsolutePath()
                    .normalize();
            Path sparkHome = root.resolve("deploy/spark-runtime/target/spark-home");
            Path libraries = root.resolve("deploy/node/target/lib");
            for (Path part : List.of(sparkHome.resolve("jars"), libraries)) {
                if (!Files.isDirectory(part)) {
                    throw new IOException(part + " is missing: start through ./tomogrid, which builds it");
                }
            }
            return new Layout(sparkHome, libraries, Path.of(System.getProperty("java.home"), "bin", "java"));
        }
    }
}
