package io.tomogrid.node.bench.swap;

import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.inference.service.InferenceApplication;
import io.tomogrid.node.NodeClient;
import io.tomogrid.slices.process.ChildMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A model service in a process of its own, which ends with this one. */
public final class ModelService implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final String TOKEN = "bench";

    private final Process process;
    private final URI base;

    private ModelService(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    /** @param trusted digests of packages that need no signature @return when it answers */
    public static ModelService start(Path repository, List<String> trusted, Path log) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-Dslf4j.internal.verbosity=WARN",
                        "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildMain.class.getName(),
                        InferenceApplication.class.getName(),
                        "--server.port=" + port,
                        "--tomogrid.inference.repository=" + repository,
                        "--tomogrid.inference.trusted=" + String.join(",", trusted)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        builder.environment().put("TOMOGRID_TOKEN", TOKEN);
        var service = new ModelService(builder.start(), URI.create("http://127.0.0.1:" + port));
        service.awaitReady(log);
        return service;
    }

    private void awaitReady(Path log) throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        InferenceClient client = client();
        while (true) {
            try {
                if (client.ready(SwapModels.NAME)) {
                    return;
                }
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("the model service does not start; see " + log, notYet);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the model service started", e);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the model service has no model that serves; see " + log);
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the model service started", e);
        }
    }

    public InferenceClient client() {
        return new InferenceClient(base, TOKEN);
    }

    /** For the documents about models. */
    public NodeClient documents() {
        return new NodeClient(base, TOKEN);
    }

    /** Brings a version to serve and waits for that. */
    public void load(String version) throws IOException {
        documents()
                .post(
                        "/v2/repository/models/" + SwapModels.NAME + "/load",
                        "{\"parameters\":{\"version\":\"" + version + "\"}}");
    }

    /** Resident memory, bytes, as Linux tells it. */
    public long rss() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("the kernel does not tell the memory of process " + process.pid());
    }

    /** SIGKILL. */
    public void kill() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the model service was killed", e);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }
}
