package io.tomogrid.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of others that tests talk to. */
final class Programs {
    private Programs() {}

    /** Skips the test where one of these programs of DCMTK is not installed. */
    static void assumeDcmtk(String... programs) {
        assumeTrue(
                Stream.of(programs).allMatch(p -> Files.isExecutable(Path.of("/usr/bin", p))),
                "needs DCMTK (Debian package dcmtk)");
    }

    record Ran(int exit, String output) {}

    /** Runs to its end. */
    static Ran run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return new Ran(process.waitFor(), output);
    }

    /** Starts a server and waits until it listens. */
    static Process serve(int port, Path log, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        for (int i = 0; i < 150 && process.isAlive(); i++) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return process;
            } catch (ConnectException notYet) {
                Thread.sleep(100);
            }
        }
        end(process);
        throw new IOException(command[0] + " does not listen; see " + log);
    }

    static void end(Process process) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
