package io.tomogrid.inference.service.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.ModelRunner;
import io.tomogrid.inference.service.runner.RunnerKind;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.trust.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions in a JVM of their own: MOD-37. */
class ChildProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String NAME = TestModels.NAME;

    @TempDir
    private Path folder;

    private ModelStore store;
    private Runners runners;

    @BeforeEach
    void prepare() throws Exception {
        store = ModelStore.at(folder.resolve("store"));
        TestModels.scale(store, "1.0.0", 1);
        runners = new Runners(1, Duration.ofSeconds(60), folder.resolve("run"), 1L << 30);
    }

    @Test
    void a_model_in_a_process_of_its_own_answers_the_same_and_leaves_nothing_behind() throws Exception {
        ProcessHandle process;
        try (ModelRunner runner = runners.open(store.find(NAME), RunnerKind.CHILD)) {
            assertThat(runner.run(TestModels.x(3, -4)).get("y").floats()).containsExactly(3, -4);
            assertThat(runner.pid()).isNotEqualTo(ProcessHandle.current().pid());
            process = ProcessHandle.of(runner.pid()).orElseThrow();
        }
        assertThat(process.isAlive()).isFalse();
        try (var left = Files.list(folder.resolve("run"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_model_that_eats_memory_and_one_whose_process_dies_take_nobody_along() throws Exception {
        TestModels.glutton(store, "2.0.0");
        TestModels.scale(store, "3.0.0", 3);
        try (Models models = new Models(
                new Models.Settings(folder.resolve("state"), Duration.ofMinutes(10), Duration.ofSeconds(60)),
                store,
                pack -> new Verdict.Verified("test"),
                runners)) {
            models.load(NAME, "1.0.0");
            rollOut(models, "2.0.0");
            Map<?, ?> rollout = (Map<?, ?>) models.status().get(0).get("rollout");
            assertThat(rollout.get("state")).isEqualTo("REFUSED");
            assertThat(rollout.get("step")).isEqualTo(Step.WARM_UP.word());
            assertThat(ask(models)).isEqualTo(1);

            rollOut(models, "3.0.0");
            assertThat(ask(models)).isEqualTo(3);
            List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
            Optional<ProcessHandle> child = children.stream()
                    .filter(p -> p.info().command().orElse("").endsWith("java"))
                    .findFirst();
            child.orElseThrow().destroyForcibly();
            child.get().onExit().get();
            assertThat(ask(models)).isEqualTo(3);
            assertThat(models.audit(NAME, 0))
                    .anySatisfy(e -> assertThat(e.get("step")).isEqualTo("revive"));
        }
    }

    private static void rollOut(Models models, String version) throws Exception {
        models.rollOut(NAME, version, RolloutPolicy.of(Map.of("runner", "child", "watch", 0, "drain", "60s")));
        models.awaitDecision(NAME, PATIENCE);
    }

    private static float ask(Models models) throws Exception {
        return models.infer(NAME, "", Caller.NOBODY, TestModels.x(1))
                .outputs()
                .get("y")
                .floats()[0];
    }
}
