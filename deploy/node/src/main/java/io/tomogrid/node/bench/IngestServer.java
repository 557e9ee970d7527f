package io.tomogrid.node.bench;

import io.tomogrid.node.Leash;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.demo.OrthancPacs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Storage SCP that is measured, started with an empty store of its own. */
interface IngestServer extends AutoCloseable {
    String CALLING_AE = "STORESCU";

    String name();

    String aeTitle();

    int port();

    /** How many instances it holds, asked of the server itself. */
    long instances() throws IOException;

    @Override
    void close() throws IOException;

    /** A whole node as {@code up} starts it: the archive is synced and the index committed before Success. */
    static IngestServer tomogrid(Path folder) throws IOException {
        Node node = Node.start(
                new NodeConfig(
                        NodeHome.at(folder),
                        0,
                        0,
                        "TOMOGRID",
                        List.of(CALLING_AE),
                        Duration.ofHours(1),
                        List.of(),
                        "simulated",
                        NodeConfig.EXECUTOR_MEMORY),
                waitsFor -> {});
        NodeClient gateway =
                new NodeClient(node.running().gateway(), node.running().token());
        return new Started("Tomogrid", "TOMOGRID", node.running().dicomPort(), node) {
            @Override
            public long instances() throws IOException {
                List<?> studies =
                        (List<?>) gateway.get("/api/studies?limit=1000").get("studies");
                return studies.stream()
                        .mapToLong(study -> ((Number) ((Map<?, ?>) study).get("instances")).longValue())
                        .sum();
            }
        };
    }

    /** Orthanc as it comes: files are synced before Success, its SQLite index is not. */
    static IngestServer orthanc(Path folder) throws IOException {
        OrthancPacs orthanc = OrthancPacs.start(folder, CALLING_AE);
        return new Started("Orthanc", orthanc.aeTitle(), orthanc.port(), orthanc) {
            @Override
            public long instances() throws IOException {
                return orthanc.instances();
            }
        };
    }

    /** DCMTK's {@code storescp}: writes files, syncs nothing and keeps no index. */
    static IngestServer storescp(Path folder) throws IOException {
        int port = Node.freePort();
        Path store = Files.createDirectories(folder.resolve("store"));
        ProcessBuilder builder = new ProcessBuilder(
                        Programs.STORESCP.path().toString(),
                        "--fork",
                        "-od",
                        store.toString(),
                        "-aet",
                        "STORESCP",
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("storescp.log").toFile());
        builder.environment().putAll(Programs.WITHOUT_NAGLE);
        Process process = builder.start();
        Leash leash = Leash.hold(process.pid(), "TERM");
        awaitPort(process, port);
        return new Started("DCMTK storescp", "STORESCP", port, () -> {
            process.destroy();
            leash.close();
        }) {
            @Override
            public long instances() throws IOException {
                try (Stream<Path> files = Files.list(store)) {
                    return files.count();
                }
            }
        };
    }

    private static void awaitPort(Process process, int port) throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (java.net.ConnectException notYet) {
                if (!process.isAlive()) {
                    throw new IOException("storescp ended while it started", notYet);
                }
                pause();
            }
        }
        throw new IOException("storescp does not listen on port " + port);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while storescp started", e);
        }
    }

    /** What all of them share. */
    abstract class Started implements IngestServer {
        private final String name;
        private final String aeTitle;
        private final int port;
        private final AutoCloseable end;

        Started(String name, String aeTitle, int port, AutoCloseable end) {
            this.name = name;
            this.aeTitle = aeTitle;
            this.port = port;
            this.end = end;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String aeTitle() {
            return aeTitle;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public void close() throws IOException {
            try {
                end.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(name + " did not end", e);
            }
        }
    }
}
