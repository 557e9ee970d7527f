package io.tomogrid.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 17})
    void every_part_runs_once(int threads) {
        AtomicIntegerArray runs = new AtomicIntegerArray(100);
        new Parallel(threads).run(100, runs::incrementAndGet);
        for (int part = 0; part < 100; part++) {
            assertThat(runs.get(part)).isEqualTo(1);
        }
    }

    @Test
    void no_parts_are_no_work() {
        new Parallel(4).run(0, part -> {
            throw new AssertionError("there is no part " + part);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void a_failure_reaches_the_caller_and_ends_the_work(int threads) {
        AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(() -> new Parallel(threads).run(1_000_000, part -> {
                    begun.incrementAndGet();
                    throw new IllegalStateException("part " + part);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("part ");
        assertThat(begun.get()).isLessThanOrEqualTo(threads);
    }

    @Test
    void of_several_failures_the_lowest_part_is_reported_even_if_it_comes_last() {
        CountDownLatch otherFailed = new CountDownLatch(1);
        assertThatThrownBy(() -> new Parallel(2).run(2, part -> {
                    if (part == 0) {
                        awaitUnchecked(otherFailed);
                    } else {
                        otherFailed.countDown();
                    }
                    throw new IllegalStateException("part " + part);
                }))
                .hasMessage("part 0");
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void an_interrupt_cancels_and_stays_visible(int threads) {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> new Parallel(threads).run(1_000_000, part -> Thread.onSpinWait()))
                    .isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void no_threads_are_refused() {
        assertThatThrownBy(() -> new Parallel(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got 0");
    }
}
