package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-21: the same GPUs seen by processes that come and go, and drivers of other ages; skipped where gcc is missing. */
class NvmlOtherProcessTest {
    private static final SliceKey KEY = new SliceKey("node1", 0, "2g", 4);
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    private NvmlStandIn gpus;

    /** Makes a slice, in a process of its own. */
    public static final class Maker {
        private Maker() {}

        public static void main(String[] args) throws InventoryException {
            try (NvmlInventory inventory = NvmlInventory.open("node1")) {
                System.out.println(inventory.create(KEY).deviceUuid());
            }
        }
    }

    @BeforeEach
    void compile() throws Exception {
        gpus = NvmlStandIn.in(folder);
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
        gpus.build("A100-80GB");
    }

    @AfterEach
    void forget() {
        System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
    }

    @Test
    void what_a_process_left_half_made_when_it_died_another_one_finishes() throws Exception {
        assertThat(make(gpus.environmentThatEndsAtChange(2))).isEqualTo(KILLED);
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            assertThat(inventory.read().gpus().get(0).slices()).containsExactly(new Slice(KEY, "", false));
        }
        assertThat(make(gpus.environment())).isZero();
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            assertThat(inventory.read().gpus().get(0).slices())
                    .singleElement()
                    .satisfies(slice -> assertThat(slice.deviceUuid()).startsWith("MIG-"));
        }
    }

    @Test
    void a_driver_that_knows_only_the_first_structures_is_read_all_the_same() throws Exception {
        List<GpuProfile> byNew;
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            byNew = inventory.read().gpus().get(0).profiles();
        }
        Path older = folder.resolve("older");
        NvmlStandIn old = NvmlStandIn.in(older, "-DOLD_DRIVER");
        old.build("A100-80GB");
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, old.library().toString());
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            assertThat(inventory.read().gpus().get(0).profiles()).isEqualTo(byNew);
            inventory.create(KEY);
            assertThat(inventory.use(KEY, Duration.ZERO)).isEmpty();
        }
    }

    private int make(Map<String, String> environment) throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-D" + NvmlInventory.LIBRARY_PROPERTY + "=" + gpus.library(),
                        Maker.class.getName())
                .redirectOutput(new File(folder.toFile(), "out"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        java.environment().putAll(environment);
        Process process = java.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
