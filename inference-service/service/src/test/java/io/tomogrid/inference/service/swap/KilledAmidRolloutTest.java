package io.tomogrid.inference.service.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.trust.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGKILL before a step of a rollout: MOD-33. */
class KilledAmidRolloutTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"VERIFY,1.0.0", "GOLDEN,1.0.0", "SWITCH,1.0.0", "WATCH,2.0.0"})
    void the_version_that_was_switched_to_last_serves_again(String step, String serves) throws Exception {
        ModelStore store = ModelStore.at(folder.resolve("store"));
        TestModels.scale(store, "1.0.0", 1);
        TestModels.scale(store, "2.0.0", 2);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledMain.class.getName(),
                        folder.toString(),
                        step)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        Process killed = builder.start();
        try {
            assertThat(killed.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(killed.exitValue()).as("SIGKILL").isEqualTo(128 + 9);
        } finally {
            killed.destroyForcibly();
        }
        try (Models models = new Models(
                new Models.Settings(folder.resolve("state"), Duration.ofMinutes(10), Duration.ofSeconds(30)),
                store,
                pack -> new Verdict.Verified("test"),
                new Runners(1, Duration.ofMinutes(1), folder.resolve("run"), 1L << 30))) {
            models.start();
            var answer = models.infer(TestModels.NAME, "", Caller.NOBODY, TestModels.x(1));
            assertThat(answer.pack().version()).isEqualTo(serves);
            assertThat(answer.outputs().get("y").floats()[0]).isEqualTo(Float.parseFloat(serves.substring(0, 1)));
            assertThat(models.audit(TestModels.NAME, 0))
                    .anySatisfy(entry -> assertThat(entry.get("detail")).isEqualTo("the service ended meanwhile"));
        }
    }
}
