package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.NvmlStandIn;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.http.Door;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LED-02: the agent's document tells what the boards' counters say, and nothing where there is none. */
class AgentEnergyTest {
    @TempDir
    Path folder;

    /** Skipped where gcc is missing. */
    @Test
    void the_counter_of_each_board_is_told_in_joules_also_while_it_is_cut() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.in(folder);
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
        try {
            gpus.build("A100-80GB,H100-80GB");
            try (Agent agent = agent(NvmlInventory.open("node1"))) {
                gpus.set(0, "energy", 2_500);
                gpus.set(1, "energy", 7_000_000_000_000L);
                agent.layout(0, List.of(SliceKey.parse("node1-gpu0-3g-4")));
                assertThat(told(agent)).containsExactly(OptionalDouble.of(2.5), OptionalDouble.of(7e9));
                gpus.set(0, "energy", 4_000);
                assertThat(told(agent)).containsExactly(OptionalDouble.of(4), OptionalDouble.of(7e9));
            }
        } finally {
            System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
        }
    }

    @Test
    void a_gpu_that_does_not_exist_uses_nothing_that_could_be_told() throws Exception {
        try (Agent agent = agent(new SimulatedInventory("node1", folder.resolve("gpu"), key -> false))) {
            assertThat(told(agent)).containsExactly(OptionalDouble.empty());
        }
    }

    private Agent agent(Inventory inventory) throws Exception {
        Path state = folder.resolve("state");
        return Agent.start(
                inventory,
                new AgentSettings(state, state, state, Optional.empty(), Door.loopback(0), "t0ken"),
                Optional.empty());
    }

    /** As the manager reads it. */
    private static List<OptionalDouble> told(Agent agent) throws Exception {
        String document = JSON.std.asString(agent.inventory().toMap());
        return HostInventory.fromMap(JSON.std.mapFrom(document)).gpus().stream()
                .map(Gpu::energyJoules)
                .toList();
    }
}
