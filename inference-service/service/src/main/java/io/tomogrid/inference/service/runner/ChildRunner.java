package io.tomogrid.inference.service.runner;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.slices.process.ChildMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A model in a JVM of its own. When it ends its memory goes back to the machine; a model that crashes, eats memory or never
 * ends takes nobody along. The child ends with this JVM, however that ends.
 */
final class ChildRunner implements ModelRunner {
    private static final Duration START = Duration.ofSeconds(60);
    private static final long MB = 1 << 20;
    /** How long the last words of a process may take that has just ended. */
    private static final long LAST_WORDS_MILLIS = 2000;

    private final ModelPackage pack;
    private final Process process;
    private final Path folder;
    private final SocketRunner socket;

    private ChildRunner(ModelPackage pack, Process process, Path folder, SocketRunner socket) {
        this.pack = pack;
        this.process = process;
        this.folder = folder;
        this.socket = socket;
    }

    /** @throws ModelException if the child does not load the model, saying why */
    static ChildRunner start(ModelPackage pack, Runners settings) throws ModelException {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(settings.scratch()), "m");
            Process process = launch(pack, settings, folder);
            var runner = new ChildRunner(
                    pack, process, folder, new SocketRunner(pack, folder.resolve("s"), settings.runLimit()));
            try {
                runner.awaitReady();
                return runner;
            } catch (ModelException e) {
                runner.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ModelException(pack.name() + ": no process can be started for it: " + e.getMessage(), e);
        }
    }

    private static Process launch(ModelPackage pack, Runners settings, Path folder) throws IOException {
        long megabytes = settings.childMemory() / MB;
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        // RLIMIT_DATA bounds what the process may write to, that of ONNX Runtime included
                        "sh",
                        "-c",
                        "ulimit -d \"$0\" && exec \"$@\"",
                        Long.toString(settings.childMemory() / 1024),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:MaxDirectMemorySize=" + megabytes + "m",
                        "-XX:-UsePerfData",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildMain.class.getName(),
                        ModelProcess.class.getName(),
                        pack.layout().folder().toAbsolutePath().toString(),
                        pack.name() + "@" + pack.digest(),
                        folder.resolve("s").toString(),
                        Integer.toString(settings.threads()),
                        Long.toString(settings.runLimit().toMillis())))
                .redirectError(folder.resolve("log").toFile());
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        return builder.start();
    }

    private void awaitReady() throws ModelException {
        BufferedReader words = process.inputReader(StandardCharsets.UTF_8);
        try {
            String word = CompletableFuture.supplyAsync(() -> line(words)).get(START.toSeconds(), TimeUnit.SECONDS);
            if (word.startsWith("refused: ")) {
                throw new ModelException(word.substring("refused: ".length()));
            }
            if (!word.equals("ready")) {
                throw new ModelException(pack.name() + ": its process did not begin: " + lastWords());
            }
        } catch (TimeoutException e) {
            throw new ModelException(pack.name() + ": not loaded within " + START.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new ModelException(pack.name() + ": its process cannot be heard", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException(pack.name() + ": interrupted while its process began", e);
        }
    }

    private static String line(BufferedReader words) {
        try {
            String line = words.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("its process cannot be heard", e);
        }
    }

    @Override
    public ModelPackage pack() {
        return pack;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException, RunnerLost {
        try {
            return socket.run(inputs);
        } catch (IOException e) {
            String words = lastWords();
            process.destroyForcibly();
            throw new RunnerLost("the process of its model has ended: " + words, e);
        }
    }

    /** How the process ended, and the last line that it wrote. */
    private String lastWords() {
        String how = "it does not answer";
        try {
            if (process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)) {
                int status = process.exitValue();
                how = status > 128 ? "signal " + (status - 128) : "exit status " + status;
            }
            List<String> lines = Files.readAllLines(folder.resolve("log"), StandardCharsets.ISO_8859_1);
            return lines.isEmpty() ? how : how + ", " + lines.get(lines.size() - 1);
        } catch (IOException e) {
            return how;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return how;
        }
    }

    @Override
    public void endRuns() {
        process.destroyForcibly();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        socket.close();
        process.destroyForcibly();
        try {
            process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Scratch.delete(folder);
    }
}
