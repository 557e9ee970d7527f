package io.tomogrid.inference.service.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests that are run together: MOD-39. */
class BatchingRunnerTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void requests_of_one_shape_are_run_as_one_and_each_has_its_own_answer() throws Exception {
        Doubler doubler = new Doubler();
        assertThat(ask(new BatchingRunner(doubler, 4, LONG), 2, 2, 2, 2)).containsExactly(0f, 2f, 4f, 6f);
        assertThat(doubler.runs.get()).isEqualTo(1);
    }

    @Test
    void requests_of_another_shape_do_not_wait_for_each_other_for_longer_than_the_delay() throws Exception {
        Doubler doubler = new Doubler();
        assertThat(ask(new BatchingRunner(doubler, 4, Duration.ofMillis(1)), 1, 2, 3, 4))
                .containsExactly(0f, 2f, 4f, 6f);
        assertThat(doubler.runs.get()).isEqualTo(4);
    }

    @Test
    void nobody_fails_by_the_fault_of_another() throws Exception {
        Doubler doubler = new Doubler();
        doubler.refused = 2;
        BatchingRunner runner = new BatchingRunner(doubler, 4, LONG);
        assertThat(ask(runner, 2, 2, 2, 2)).containsExactly(0f, 2f, null, 6f);
        assertThat(doubler.runs.get()).isEqualTo(5);
    }

    /** Request k holds k; its answer, or null where it was refused. */
    private static List<Float> ask(BatchingRunner runner, int... extents) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(extents.length);
        try {
            List<Future<Float>> answers = new ArrayList<>();
            for (int k = 0; k < extents.length; k++) {
                float[] values = new float[extents[k]];
                java.util.Arrays.fill(values, k);
                answers.add(pool.submit(() -> {
                    try {
                        return runner.run(Map.of("x", Tensor.of(values, 1, 1, 1, values.length)))
                                .get("y")
                                .floats()[0];
                    } catch (ModelException refused) {
                        return null;
                    }
                }));
            }
            List<Float> got = new ArrayList<>();
            for (Future<Float> answer : answers) {
                got.add(answer.get());
            }
            return got;
        } finally {
            pool.shutdownNow();
        }
    }

    /** Stands for a model of items: gives twice the value, and counts its runs. */
    private static final class Doubler implements ModelRunner {
        private final AtomicInteger runs = new AtomicInteger();
        private float refused = Float.NaN;

        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException {
            runs.incrementAndGet();
            float[] values = inputs.get("x").floats();
            for (int i = 0; i < values.length; i++) {
                if (values[i] == refused) {
                    throw new ModelException("refused");
                }
                values[i] *= 2;
            }
            return Map.of("y", Tensor.of(values, inputs.get("x").shape()));
        }

        @Override
        public ModelPackage pack() {
            throw new UnsupportedOperationException("a stand-in has no package");
        }

        @Override
        public void endRuns() {}

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public void close() {}
    }
}
