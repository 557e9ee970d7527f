package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import jcuda.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GPU-03: blocks come in order while others are worked on, and whatever fails, what was taken is given back. */
class FeedTest {
    private static final int FLOATS = 1000;

    private CudaDevice device;
    private long freeBefore;

    @BeforeEach
    void device() {
        device = TestDevice.get();
        freeBefore = device.memory().free();
    }

    @AfterEach
    void everything_is_freed() {
        assertThat(device.memory().free()).isEqualTo(freeBefore);
    }

    @Test
    void each_block_has_what_was_gathered_for_it() {
        List<Float> seen = new ArrayList<>();
        try (Feed feed = new Feed(device, "numbers", FLOATS)) {
            assertThat(freeBefore - device.memory().free()).isEqualTo(Feed.bytes(FLOATS));
            feed.each(
                    7,
                    (block, into) -> {
                        for (int n = 0; n < FLOATS; n++) {
                            into.put(1000f * block + n);
                        }
                    },
                    (block, values) -> {
                        float[] back = new float[FLOATS];
                        values.download(Pointer.to(back));
                        seen.add(back[0]);
                        assertThat(back[FLOATS - 1]).isEqualTo(back[0] + FLOATS - 1);
                    });
        }
        assertThat(seen).containsExactly(0f, 1000f, 2000f, 3000f, 4000f, 5000f, 6000f);
    }

    @Test
    void a_failure_of_either_side_is_told() {
        try (Feed feed = new Feed(device, "numbers", FLOATS)) {
            assertThatThrownBy(() -> feed.each(
                            3,
                            (block, into) -> {
                                if (block == 1) {
                                    throw new IllegalArgumentException("view 1 is missing");
                                }
                            },
                            (block, values) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("view 1 is missing");
        }
        try (Feed feed = new Feed(device, "numbers", FLOATS)) {
            assertThatThrownBy(() -> feed.each(3, (block, into) -> into.put(1), (block, values) -> {
                        throw new IllegalStateException("work " + block);
                    }))
                    .hasMessage("work 0");
        }
    }

    @Test
    void who_is_interrupted_stops_and_stays_interrupted() {
        List<Integer> worked = new ArrayList<>();
        try (Feed feed = new Feed(device, "numbers", FLOATS)) {
            assertThatThrownBy(() -> feed.each(3, (block, into) -> into.put(1), (block, values) -> {
                        worked.add(block);
                        Thread.currentThread().interrupt();
                    }))
                    .isInstanceOf(CancellationException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(worked).containsExactly(0);
    }
}
