package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.trust.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Rolls version 2.0.0 out and kills itself before a step: {@code KilledMain FOLDER STEP}. */
final class KilledMain {
    private static volatile boolean armed;

    private KilledMain() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Models models = new Models(
                new Models.Settings(folder.resolve("state"), Duration.ofMinutes(10), Duration.ofSeconds(30)),
                ModelStore.at(folder.resolve("store")),
                pack -> new Verdict.Verified("test"),
                new Runners(1, Duration.ofMinutes(1), folder.resolve("run"), 1L << 30),
                () -> Long.MAX_VALUE,
                step -> {
                    if (armed && step.name().equals(args[1])) {
                        kill();
                    }
                });
        models.load(TestModels.NAME, "1.0.0");
        models.infer(TestModels.NAME, "", Caller.NOBODY, TestModels.x(1));
        armed = true;
        models.rollOut(TestModels.NAME, "2.0.0", RolloutPolicy.of(Map.of("watch", 10)));
        Thread.sleep(600_000);
    }

    private static void kill() {
        try {
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
