package io.tomogrid.manager;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A manager in a process of its own, so that it can be killed. */
final class ManagerProcess implements AutoCloseable {
    private final Process process;
    private final URI base;

    private ManagerProcess(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    static ManagerProcess spawn(Scene scene, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        scene.properties().forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-Dserver.port=" + port);
        command.add(ManagerApplication.class.getName());
        File log = scene.folder.resolve("manager-" + port + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        return new ManagerProcess(process, URI.create("http://127.0.0.1:" + port));
    }

    URI base() {
        return base;
    }

    void awaitUp(Scene scene) throws Exception {
        Scene.until("the manager is up", () -> {
            try {
                return scene.ask(base, "GET", "/actuator/health").statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " could not be killed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
