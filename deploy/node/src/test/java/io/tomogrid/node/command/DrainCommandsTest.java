package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** JOB-29, SLC-42: what operators may say of GPUs. */
class DrainCommandsTest {
    @Test
    void a_drain_leaves_what_runs_some_time_or_none() {
        assertThat(drain("node1/gpu0")).contains("target=node1%2Fgpu0").endsWith("&grace=10m");
        assertThat(drain("node1", "--grace", "2h")).endsWith("&grace=2h");
        assertThat(drain("node1", "--now")).endsWith("&grace=0s");
        assertThatThrownBy(() -> drain("node1", "--now", "--grace", "2h"))
                .isInstanceOf(CommandLine.MutuallyExclusiveArgsException.class);
    }

    @Test
    void a_card_that_is_healed_is_named_with_what_was_held_against_it() {
        Map<String, Object> healed =
                Map.of("gpu", 0, "gpu-uuid", "GPU-7", "name", "NVIDIA A30", "forgotten", List.of("XID 95 on gpu0"));
        assertThat(SlicesHealCommand.text("node1/gpu0", healed))
                .isEqualTo("node1/gpu0 answers as NVIDIA A30, GPU-7, and tells of no fault; it takes work. Forgotten:"
                        + " [XID 95 on gpu0]");
    }

    private static String drain(String... words) {
        var command = new DrainCommands.Drain();
        new CommandLine(command).parseArgs(words);
        return command.path();
    }
}
