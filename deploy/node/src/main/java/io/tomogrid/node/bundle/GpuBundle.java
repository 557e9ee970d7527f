package io.tomogrid.node.bundle;

import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.engine.cuda.selftest.Main;
import io.tomogrid.imaging.Volume;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The GPU self-test, a Java runtime that is just enough for it, and a script that starts it. */
public final class GpuBundle {
    /** Bytes: what still travels by mail. */
    public static final long LARGEST = 32L << 20;

    private static final String NAME = "gpu-bundle";
    private static final String MODULES = "java.base,java.logging";
    private static final long PATIENCE_MINUTES = 5;

    private GpuBundle() {}

    /**
     * Writes it.
     *
     * @param output an xz-compressed tar file, whose only folder is {@code gpu-bundle}
     * @throws IOException if it cannot be written, or would be larger than {@link #LARGEST}
     */
    public static void write(Jdk jdk, Path output) throws IOException {
        Path target = output.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path work = Files.createTempDirectory(target.getParent(), NAME);
        try {
            fill(jdk, work.resolve(NAME));
            Path packed = work.resolve("packed");
            run(
                    work,
                    "tar",
                    "--sort=name",
                    "--owner=0",
                    "--group=0",
                    "-I",
                    "xz -1 -T0 --block-size=16MiB",
                    "-cf",
                    packed.toString(),
                    NAME);
            if (Files.size(packed) > LARGEST) {
                throw new IOException(String.format(
                        Locale.ROOT,
                        "the bundle takes %.1f MiB, more than %d: leave something out of it",
                        Files.size(packed) / (double) (1 << 20),
                        LARGEST >> 20));
            }
            Files.move(packed, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(work);
        }
    }

    private static void fill(Jdk jdk, Path bundle) throws IOException {
        Path lib = Files.createDirectories(bundle.resolve("lib"));
        Path natives = Files.createDirectories(bundle.resolve("native"));
        run(
                bundle,
                jdk.home().resolve("bin/jlink").toString(),
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--compress=" + jdk.noCompression(),
                "--output",
                "jre");
        List<String> classPath = new ArrayList<>();
        for (Class<?> part : List.of(Main.class, Volume.class, jcuda.driver.JCudaDriver.class)) {
            Path source = source(part);
            String name = Files.isDirectory(source)
                    ? part.getPackageName()
                    : source.getFileName().toString();
            copy(source, lib.resolve(name));
            classPath.add("$here/lib/" + name);
        }
        String library = CudaDevice.nativeLibrary();
        try (InputStream in = CudaDevice.class.getResourceAsStream(library)) {
            if (in == null) {
                throw new IOException("no " + library + " on the class path: JCuda's natives for Linux are missing");
            }
            Files.copy(in, natives.resolve(Path.of(library).getFileName().toString()));
        }
        Path script = bundle.resolve("selftest");
        Files.writeString(script, script(String.join(":", classPath)));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String script(String classPath) {
        return """
                #!/bin/sh
                # Runs every CUDA kernel of Tomogrid on this machine's first GPU and compares it with the processors.
                # Needs 64-bit Linux with libstdc++ and the NVIDIA driver; neither Java nor network. Exit code 0 only if all agree.
                here=$(cd "$(dirname "$0")" && pwd)
                exec "$here/jre/bin/java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \\
                  -Djava.library.path="$here/native" -cp "%s" %s "$@"
                """.formatted(classPath, Main.class.getName());
    }

    /** The jar of a class, or the folder that it was compiled into. */
    private static Path source(Class<?> part) throws IOException {
        try {
            return Path.of(
                    part.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException odd) {
            throw new IOException("cannot tell which file has " + part.getName() + ": " + odd.getMessage(), odd);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void run(Path folder, String... command) throws IOException {
        Path log = folder.resolve(Path.of(command[0]).getFileName() + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(command[0] + " did not end within " + PATIENCE_MINUTES + " minutes");
            }
            if (process.exitValue() != 0) {
                throw new IOException(command[0] + " failed: "
                        + Files.readString(log).strip() + "; tar, xz-utils and a whole JDK are needed");
            }
            Files.delete(log);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command[0] + " ran", cancelled);
        }
    }
}
