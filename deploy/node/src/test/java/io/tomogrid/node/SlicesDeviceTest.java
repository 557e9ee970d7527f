package io.tomogrid.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.NvmlStandIn;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.converge.GpuOwner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-43: what is asked of this machine's own GPUs, through NVML, here a library that keeps the vendor's rules. */
class SlicesDeviceTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();
    private NvmlStandIn gpus;

    @BeforeEach
    void build() throws Exception {
        gpus = NvmlStandIn.in(folder);
        gpus.build("H100-80GB,A30-24GB:off");
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
    }

    @Test
    void the_meters_of_a_board_and_the_work_of_its_slices_are_told() throws Exception {
        try (NvmlInventory nvml = NvmlInventory.open("h")) {
            nvml.create(SliceKey.parse("h-gpu0-2g-2"));
        }
        gpus.set(0, "energy", 5_000_000_000L);
        gpus.set(0, "power", 250_000);
        gpus.set(0, "busy-percent", 60);
        gpus.busy(0, 2, true);
        assertThat(execute("readings")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("250.0 W, 5.0 MJ since the driver was loaded", "2g-2", "60.0 %");
        assertThat(document("readings", "--json"))
                .hasEntrySatisfying(
                        "gpus",
                        all -> assertThat((List<?>) all)
                                .first()
                                .satisfies(gpu -> assertThat(((Map<?, ?>) gpu).get("joules"))
                                        .isEqualTo(5_000_000.0)));
    }

    @Test
    void mig_mode_is_refused_while_in_use_and_a_reset_that_it_waits_for_is_told() throws Exception {
        gpus.set(1, "clients", 1);
        assertThat(migMode("--enable")).isEqualTo(1);
        assertThat(err.toString()).contains("GPU 1 does not change its mode now (IN_USE): processes use it");
        gpus.set(1, "clients", 0);
        String uuid;
        try (NvmlInventory nvml = NvmlInventory.open("h")) {
            uuid = nvml.read().gpus().get(1).uuid();
        }
        GpuOwner agent = GpuOwner.claim(folder.resolve("owners"), uuid, "the agent of a test");
        assertThat(migMode("--enable")).isEqualTo(1);
        assertThat(err.toString()).contains("is cut by the agent of a test");
        agent.close();

        gpus.set(1, "passthrough", 1);
        assertThat(migMode("--enable")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("will be so once it is reset: nvidia-smi --gpu-reset -i 1");
        gpus.reset(1);
        gpus.set(1, "passthrough", 0);
        assertThat(document("mig-mode", "1", "--disable", "--json", "--owners", owners()))
                .containsEntry("mig", false)
                .containsEntry("reset-pending", false);
        assertThat(migMode()).as("which of both?").isEqualTo(2);
    }

    /** SLC-23 */
    @Test
    void a_slice_is_divided_while_no_agent_owns_its_gpu() throws Exception {
        assertThat(execute("divide", "h-gpu0-2g-2", "--compute", "1", "--owners", owners()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("does not exist, so it cannot be divided");
        try (NvmlInventory nvml = NvmlInventory.open("h")) {
            nvml.create(SliceKey.parse("h-gpu0-2g-2"));
        }
        assertThat(document("divide", "h-gpu0-2g-2", "--compute", "1", "--json", "--owners", owners()))
                .containsEntry("slices", List.of("h-gpu0-1c2g-2", "h-gpu0-1c2g-3"));
    }

    @Test
    void without_a_driver_it_says_so() {
        System.setProperty(
                NvmlInventory.LIBRARY_PROPERTY, folder.resolve("none").toString());
        assertThat(execute("readings")).isEqualTo(1);
        assertThat(err.toString()).contains("none cannot be loaded");
    }

    private int migMode(String... how) {
        String[] words = new String[how.length + 4];
        words[0] = "mig-mode";
        words[1] = "1";
        words[2] = "--owners";
        words[3] = owners();
        System.arraycopy(how, 0, words, 4, how.length);
        return execute(words);
    }

    private String owners() {
        return folder.resolve("owners").toString();
    }

    private Map<String, Object> document(String... words) throws Exception {
        out.getBuffer().setLength(0);
        assertThat(execute(words)).as(err.toString()).isZero();
        return JSON.std.mapFrom(out.toString());
    }

    private int execute(String... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "slices";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return Main.commandLine()
                .setErr(new PrintWriter(err, true))
                .setOut(new PrintWriter(out, true))
                .execute(words);
    }
}
