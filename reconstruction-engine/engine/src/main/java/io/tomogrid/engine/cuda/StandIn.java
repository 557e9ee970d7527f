package io.tomogrid.engine.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A {@code libcuda.so.1} that runs the engine's kernels on the processors, for machines without a GPU. It shows that results
 * are right and that memory is freed, and says nothing of a GPU's speed.
 */
public final class StandIn {
    private static final String NAME = "libcuda.so.1";
    private static final String SOURCE = "src/test/cuda/libcuda.cpp";
    private static final long PATIENCE_SECONDS = 120;

    private StandIn() {}

    /**
     * Compiles it with g++.
     *
     * @param engine the folder of the engine's module, which has the sources
     * @param folder where the library is put
     * @throws IOException if it cannot be compiled; the message says what to install or shows the compiler's
     */
    public static Path build(Path engine, Path folder) throws IOException {
        Path source = engine.resolve(SOURCE).toAbsolutePath();
        if (!Files.exists(source)) {
            throw new IOException("the stand-in for the CUDA driver is compiled from " + source
                    + ", which is not there: run it from a checkout, or without --emulated on a machine with a GPU");
        }
        if (!buildable()) {
            throw new IOException("g++, which compiles the stand-in for the CUDA driver, is missing: install g++");
        }
        Files.createDirectories(folder);
        Path library = folder.resolve(NAME).toAbsolutePath();
        Path log = folder.resolve("g++.log");
        try {
            Process compiler = new ProcessBuilder(
                            "g++",
                            "-std=c++17",
                            "-O2",
                            "-ffp-contract=off",
                            "-fPIC",
                            "-shared",
                            "-pthread",
                            "-Wl,-soname," + NAME,
                            "-o",
                            library.toString(),
                            source.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!compiler.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                compiler.destroyForcibly();
                throw new IOException("g++ did not end within " + PATIENCE_SECONDS + " s");
            }
            if (compiler.exitValue() != 0) {
                throw new IOException("g++ failed on " + source + ": " + Files.readString(log));
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while g++ ran", cancelled);
        }
        return library;
    }

    /** Whether there is a compiler to build it with. */
    public static boolean buildable() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "g++"))) {
                return true;
            }
        }
        return false;
    }

    /** Makes it this process's driver; only before the first {@link CudaDevice#probe}. */
    public static void load(Path library) {
        System.load(library.toAbsolutePath().toString());
    }
}
