package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.cuda.selftest.Check;
import io.tomogrid.engine.cuda.selftest.Report;
import io.tomogrid.engine.cuda.selftest.SelfTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPU-04: the self-test sees what it is for, and says so in words and by its exit code. */
class SelfTestTest {
    @TempDir
    Path temp;

    private record Ended(int code, String said) {}

    @Test
    void everything_agrees_on_the_device_of_these_tests() {
        CudaDevice device = TestDevice.get();
        Report report = new SelfTest(device).run();
        assertThat(report.checks()).hasSize(20).allMatch(Check::agrees);
        assertThat(report.emulated()).isEqualTo(device.emulated());
        assertThat(report.text()).contains("all agree", device.name());
        assertThat(report.checks()).allMatch(check -> check.values() > 1_000);
    }

    @Test
    void a_difference_of_one_bit_is_wrong() {
        Check good = new Check("blend", "bytes", 1, 1, 1000, 0, 0, 0);
        Check bits = new Check("blend", "bytes", 1, 1, 1000, 1, 0, 0);
        Check formula = new Check("blend", "bytes", 1, 1, 1000, 0, 1, 0.5);
        assertThat(good.agrees()).isTrue();
        for (Check wrong : List.of(bits, formula)) {
            Report report = new Report("GPU", false, "12.6", "9.0", 132, 1L << 36, List.of(good, wrong), List.of());
            assertThat(report.agrees()).isFalse();
            assertThat(report.text()).contains("WRONG", "1 of 2 are wrong").doesNotContain("emulated");
        }
    }

    @Test
    void without_a_device_it_fails_and_says_why() throws Exception {
        Path standIn = TestDevice.standIn();
        Ended none = selfTest(Map.of("TOMOGRID_EMULATED_DEVICES", "0"), "--stand-in", standIn.toString());
        assertThat(none.said).contains("no CUDA device", "CUDA_ERROR_NO_DEVICE");
        assertThat(none.code).isEqualTo(1);
        assertThat(selfTest(Map.of(), "--what").code).isEqualTo(2);
    }

    @Test
    void the_kernels_of_an_update_are_timed_when_asked_for() {
        CudaDevice device = TestDevice.get();
        long before = device.memory().free();
        List<DeviceTiming> timings = DeviceBench.measure(device, 3);
        assertThat(device.memory().free()).isEqualTo(before);
        assertThat(timings)
                .extracting(DeviceTiming::what)
                .containsExactly(
                        "project_planes",
                        "osem_ratio",
                        "back_project_tiles",
                        "osem_update",
                        "one OSEM update of 21",
                        "project_events",
                        "spread_events",
                        "ramp filter",
                        "back_project_circle",
                        "resample",
                        "60 frames of a rotation");
        assertThat(timings).allMatch(t -> t.least() > 0 && t.least() <= t.median() && t.median() <= t.greatest());
        DeviceTiming forward = timings.get(0);
        // 2 views of 40 lines on 53 planes cross at most 38 rows each
        assertThat(forward.perSecond() * forward.median()).isBetween(1e4, 2 * 40 * 53 * 38.0);
        DeviceTiming cone = timings.get(8);
        assertThat(cone.perSecond() * cone.median()).isCloseTo(32 * 32 * 32 * 16, within(1.0));
        assertThat(cone.floor()).isCloseTo(26e-3 * (32 * 32 * 32 * 16) / (512.0 * 512 * 512 * 720), within(1e-12));
        String emulated = new Report("GPU", true, "12.6", "9.0", 132, 1L << 36, List.of(), timings).text();
        assertThat(emulated).contains("TIMED", "one OSEM update of 21", "G updates/s", "%", "unproven until a GPU ran");
        String gpu = new Report("GPU", false, "12.6", "9.0", 132, 1L << 36, List.of(), timings).text();
        assertThat(gpu).doesNotContain("unproven").contains("H200");
    }

    @Test
    void a_driver_that_is_too_old_for_the_kernels_is_named() throws Exception {
        String standIn = TestDevice.standIn().toString();
        Ended old = selfTest(Map.of("TOMOGRID_EMULATED_DRIVER", "11070"), "--stand-in", standIn);
        assertThat(old.said)
                .contains("no CUDA device", "PTX 7.8", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "CUDA 11.8 or later");
        assertThat(old.code).isEqualTo(1);
    }

    /** JCuda takes whatever lies under its library's fixed name in the temporary folder; half of it kills the JVM. */
    @Test
    void a_library_that_another_process_is_just_unpacking_is_left_alone() throws Exception {
        String name = Path.of(CudaDevice.nativeLibrary()).getFileName().toString();
        Files.writeString(temp.resolve(name), "half a library");
        Ended ended = selfTest(
                Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temp),
                "--stand-in",
                TestDevice.standIn().toString());
        assertThat(ended.said).contains("all agree");
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left).as("own unpacked files are gone").containsExactly(temp.resolve(name));
        }
    }

    @Test
    void with_little_memory_it_works_in_parts_and_with_too_little_it_says_how_much_is_needed() throws Exception {
        Path standIn = TestDevice.standIn();
        Ended parts = selfTest(Map.of("TOMOGRID_EMULATED_MEMORY", "6000000"), "--stand-in", standIn.toString());
        assertThat(parts.said).contains("all agree", "5 MiB");
        assertThat(parts.code).isZero();
        Ended tooLittle = selfTest(Map.of("TOMOGRID_EMULATED_MEMORY", "100000"), "--stand-in", standIn.toString());
        assertThat(tooLittle.said).contains("CUDA_ERROR_OUT_OF_MEMORY", "voxels of the source", "needs 1 MiB");
        assertThat(tooLittle.code).isEqualTo(1);
    }

    /** In a process of its own: a driver is looked for once. */
    private static Ended selfTest(Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                io.tomogrid.engine.cuda.selftest.Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }
}
