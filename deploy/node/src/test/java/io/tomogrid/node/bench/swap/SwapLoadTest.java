package io.tomogrid.node.bench.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.InferenceApplication;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The short form of {@code bench swap}: MOD-30. */
class SwapLoadTest {
    private static final int VERSIONS = 4;
    private static final int SWAPS = 20;

    @TempDir
    private Path folder;

    @Test
    void twenty_swaps_under_load_fail_no_answer_and_mix_no_study() throws Exception {
        ModelStore store = ModelStore.at(folder);
        List<String> trusted = new ArrayList<>();
        for (int k = 1; k <= VERSIONS; k++) {
            trusted.add(SwapModels.scale(store, k, 1024).digest());
        }
        try (ConfigurableApplicationContext service = InferenceApplication.start(Map.of(
                "tomogrid.inference.repository",
                folder.toString(),
                "tomogrid.inference.trusted",
                String.join(",", trusted),
                "tomogrid.token",
                "test"))) {
            var client = new InferenceClient(
                    URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port")),
                    "test");
            try (SwapLoad load = new SwapLoad(client, 4, 8)) {
                for (int swap = 0; swap < SWAPS; swap++) {
                    client.load(SwapModels.NAME, swap % VERSIONS + 1 + ".0.0");
                }
                load.stop();
                assertThat(load.failures()).isEmpty();
                assertThat(load.failed()).isZero();
                assertThat(load.mixed()).isZero();
                assertThat(load.samples()).hasSizeGreaterThan(SWAPS);
                assertThat(load.samples().stream().map(SwapLoad.Sample::version).distinct())
                        .hasSizeGreaterThan(1);
            }
        }
    }
}
