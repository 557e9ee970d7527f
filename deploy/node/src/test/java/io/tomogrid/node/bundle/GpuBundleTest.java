package io.tomogrid.node.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.cuda.StandIn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPU-05: the bundle is small and runs where there is no Java; tagged for its half minute of compression. */
@Tag("cluster")
class GpuBundleTest {
    @TempDir
    Path folder;

    private record Ended(int code, String said) {}

    @Test
    void it_is_small_and_runs_without_java_on_the_path() throws Exception {
        for (String program : List.of("tar", "xz", "g++")) {
            assumeTrue(onPath(program), program + " is missing, which packs the bundle or stands in for its GPU");
        }
        Path bundle = folder.resolve("gpu-bundle.tar.xz");
        GpuBundle.write(Jdk.newest(), bundle);
        assertThat(Files.size(bundle)).isLessThanOrEqualTo(32L << 20);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(bundle);
        }
        Path elsewhere = Files.createDirectory(folder.resolve("else where"));
        assertThat(run(elsewhere, "/usr/bin/env", "tar", "-xf", bundle.toString()).code)
                .isZero();
        String selftest = elsewhere.resolve("gpu-bundle/selftest").toString();
        Path root = Path.of(System.getProperty("tomogrid.root"));
        Path standIn = StandIn.build(root.resolve("reconstruction-engine/engine"), folder.resolve("stand-in"));
        Ended emulated = run(Path.of("/"), selftest, "--stand-in", standIn.toString());
        assertThat(emulated.said).contains("emulated", "all agree").doesNotContain("WARNING");
        assertThat(emulated.code).isZero();
        assumeTrue(
                !Files.exists(Path.of("/dev/nvidiactl")), "this machine has a GPU: that it is missed cannot be shown");
        Ended without = run(Path.of("/"), selftest);
        assertThat(without.said).contains("no CUDA device", "libcuda.so.1");
        assertThat(without.code).isEqualTo(1);
    }

    /** With no more of an environment than a shell needs. */
    private static Ended run(Path in, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }
}
