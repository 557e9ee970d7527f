package io.tomogrid.slices.converge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.NvmlStandIn;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-31 through the NVML binding: a process ends before each of the driver's calls that change the GPU. */
class ConvergeNvmlTest {
    private static final int KILLED = 137;
    private static final SliceKey NEIGHBOUR = key("3g", 4);
    private static final List<SliceKey> BEFORE = List.of(key("1g", 0), key("1g", 1), NEIGHBOUR);
    private static final List<SliceKey> WANTED = List.of(key("2g", 0));
    /** Compute and GPU instance of both that are in the way, then of the one that is wanted. */
    private static final int CHANGES = 6;

    @TempDir
    Path folder;

    private NvmlStandIn gpus;

    /** Makes the wanted layout, in a process of its own. */
    public static final class Cutter {
        private Cutter() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            try (NvmlInventory inventory = NvmlInventory.open("node1")) {
                new Converge(inventory, folder, folder).layout(0, WANTED);
            }
        }
    }

    @BeforeEach
    void compile() throws Exception {
        gpus = NvmlStandIn.in(folder);
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
    }

    @Test
    void whatever_call_it_dies_at_the_gpu_is_whole_again_and_the_neighbour_as_it_was() throws Exception {
        for (int change = 1; change <= CHANGES; change++) {
            gpus.build("A100-80GB");
            Path state = folder.resolve("state-" + change);
            try (NvmlInventory inventory = NvmlInventory.open("node1")) {
                Converge converge = new Converge(inventory, state, state);
                converge.layout(0, BEFORE);
                gpus.busy(0, NEIGHBOUR.start(), true);
                String uuid = slices(inventory).get(NEIGHBOUR);
                assertThat(cut(state, gpus.environmentThatEndsAtChange(change))).isEqualTo(KILLED);
                assertThat(converge.unfinished()).as("change " + change).hasSize(1);
                assertThat(converge.repair()).isEmpty();
                assertThat(slices(inventory))
                        .as("change " + change)
                        .containsOnlyKeys(WANTED.get(0), NEIGHBOUR)
                        .containsEntry(NEIGHBOUR, uuid)
                        .doesNotContainValue("");
                assertThat(converge.unfinished()).isEmpty();
            }
        }
    }

    private static Map<SliceKey, String> slices(NvmlInventory inventory) throws Exception {
        return inventory.read().gpus().get(0).slices().stream()
                .collect(Collectors.toMap(Slice::key, Slice::deviceUuid, (a, b) -> a, TreeMap::new));
    }

    private int cut(Path state, Map<String, String> environment) throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-D" + NvmlInventory.LIBRARY_PROPERTY + "=" + gpus.library(),
                        Cutter.class.getName(),
                        state.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        java.environment().putAll(environment);
        Process process = java.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static SliceKey key(String profile, int start) {
        return new SliceKey("node1", 0, profile, start);
    }
}
