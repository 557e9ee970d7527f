package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.Decision;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.SimulatedFaults;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import io.tomogrid.slices.http.Door;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.process.ChildSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-35, SLC-36: two GPUs that fail, on files that another process could write. */
class AgentFaultTest {
    @TempDir
    Path folder;

    private Agent agent;

    @BeforeEach
    void start() throws Exception {
        start(new SimulatedInventory("node1", state(), GpuModel.named("A30-24GB"), 2, key -> false));
    }

    private void start(SimulatedInventory simulated, Gpu... more) throws Exception {
        Inventory inventory = new WithMore(simulated, List.of(more));
        agent = Agent.start(
                inventory,
                new AgentSettings(
                        state(),
                        folder.resolve("locks"),
                        folder.resolve("locks"),
                        Optional.empty(),
                        Door.loopback(0),
                        "t0ken"),
                Optional.of(gpu -> new ChildSpec(
                        "worker",
                        List.of("cat"),
                        Map.of(),
                        folder.resolve("worker" + gpu.index()),
                        folder.resolve("worker" + gpu.index() + ".log"),
                        folder.resolve("tmp" + gpu.index()))));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void a_program_that_fails_disturbs_nobody() throws Exception {
        inject(GpuFault.xid(0, 31, Optional.empty()));
        inject(GpuFault.xid(1, 48, Optional.empty()));
        AgentTest.await(() -> !gpu(1).fault().isEmpty());
        assertThat(gpu(0).fault()).isEmpty();
    }

    @Test
    void a_fault_of_a_slice_is_that_slices_and_one_of_the_card_all_its_slices() throws Exception {
        SliceKey ill = make(key(0, "1g", 0)).key();
        SliceKey well = make(key(0, "1g", 1)).key();
        inject(GpuFault.xid(0, 94, Optional.of(ill)));
        AgentTest.await(() -> !slice(ill).fault().isEmpty());
        assertThat(slice(ill).locked()).isTrue();
        assertThat(slice(ill).fault()).contains("XID 94").contains("node1-gpu0-1g-0");
        assertThat(slice(well).fault()).isEmpty();
        assertThat(gpu(0).fault()).isEmpty();
        assertThatThrownBy(() -> make(ill)).isInstanceOf(HttpError.class).hasMessageContaining("XID 94");
        inject(GpuFault.xid(0, 95, Optional.of(well)));
        AgentTest.await(() -> gpu(0).fault().contains("XID 95"));
        assertThatThrownBy(() -> make(key(0, "1g", 2)))
                .isInstanceOf(HttpError.class)
                .hasMessageContaining("POST /gpus/0/heal");
        assertThat(planned()).isEqualTo(1);
    }

    @Test
    void faults_outlive_the_agent_until_an_operator_heals() throws Exception {
        inject(GpuFault.xid(1, 63, Optional.empty()));
        AgentTest.await(() -> gpu(1).fault().contains("XID 63"));
        agent.close();
        start();
        assertThat(gpu(1).fault()).contains("XID 63");
        assertThat(planned()).isZero();
        agent.heal(1);
        assertThat(gpu(1).fault()).isEmpty();
        assertThat(make(key(1, "4g", 0)).deviceUuid()).isNotEmpty();
    }

    @Test
    void the_worker_of_a_lost_gpu_ends_and_comes_back_with_it() throws Exception {
        assertThat(workers()).isEqualTo(2);
        inject(GpuFault.of(0, GpuFault.Kind.LOST));
        AgentTest.await(() -> workers() == 1 && !gpu(0).fault().isEmpty());
        assertThat(gpu(1).fault()).isEmpty();
        assertThatThrownBy(() -> agent.heal(0)).hasMessageContaining("is lost; reset it");
        agent.close();
        start();
        assertThat(workers()).isEqualTo(1);
        SimulatedFaults.reset(state(), 0);
        agent.heal(0);
        assertThat(workers()).isEqualTo(2);
        assertThat(gpu(0).fault()).isEmpty();
        assertThat(gpu(0).profiles()).isNotEmpty();
    }

    /** SLC-42 */
    @Test
    void a_gpu_is_healed_only_when_the_device_itself_says_nothing_any_more() throws Exception {
        inject(GpuFault.xid(0, 95, Optional.empty()));
        inject(GpuFault.of(0, GpuFault.Kind.RESET_REQUIRED));
        AgentTest.await(() -> faults() == 2);
        assertThatThrownBy(() -> agent.heal(0))
                .isInstanceOf(HttpError.class)
                .hasMessageContaining("GPU 0 is not well yet, the device says: gpu0 must be reset; reset it");
        assertThat(faults()).as("nothing is forgotten by that").isEqualTo(2);
        SimulatedFaults.reset(state(), 0);
        Map<String, Object> healed = agent.heal(0);
        assertThat(healed)
                .containsEntry("gpu-uuid", gpu(0).uuid())
                .containsEntry("name", gpu(0).name())
                .containsEntry("forgotten", List.of("XID 95 on gpu0", "gpu0 must be reset"));
        assertThat(gpu(0).fault()).isEmpty();
        assertThat(agent.heal(0)).containsEntry("forgotten", List.of());
        assertThatThrownBy(() -> agent.heal(7)).hasMessageContaining("this host has no such GPU");
    }

    private int faults() throws Exception {
        return ((List<?>) agent.health().get("faults")).size();
    }

    private Slice make(SliceKey key) throws Exception {
        return agent.layout(key.gpu(), List.of(key)).get(0);
    }

    @Test
    void a_gpu_that_was_lost_before_it_could_say_its_name_hinders_no_other() throws Exception {
        agent.close();
        Gpu nameless = new Gpu(1, "", "lost GPU", 0, false, 1, List.of(), List.of());
        start(new SimulatedInventory("node1", state(), GpuModel.named("A30-24GB"), 1, key -> false), nameless);
        assertThat(workers()).isEqualTo(1);
        assertThat(gpu(1).fault()).isEqualTo("gpu1 does not answer");
        assertThat(planned()).isZero();
        assertThatThrownBy(() -> agent.heal(1)).hasMessageContaining("is lost; reset it");
    }

    @Test
    void a_drained_host_is_kept_from_the_planner() throws Exception {
        assertThat(planned()).isNotNegative();
        agent.drain(true);
        assertThat(planned()).isEqualTo(-1);
    }

    /** The GPU on which a request would be placed; −1 if on none. */
    private int planned() throws Exception {
        Decision decision = Planner.plan(List.of(agent.inventory()), List.of(), new SliceRequest(1L << 30, 1));
        return decision instanceof Decision.Plan plan ? plan.key().gpu() : -1;
    }

    @SuppressWarnings("unchecked")
    private int workers() throws Exception {
        return ((List<Object>) agent.health().get("workers")).size();
    }

    private Gpu gpu(int index) throws Exception {
        HostInventory inventory = agent.inventory();
        return inventory.gpus().get(index);
    }

    private Slice slice(SliceKey key) throws Exception {
        return gpu(key.gpu()).slice(key).orElseThrow();
    }

    private void inject(GpuFault fault) throws Exception {
        SimulatedFaults.inject(state(), fault);
    }

    private Path state() {
        return folder.resolve("state");
    }

    private static SliceKey key(int gpu, String profile, int start) {
        return new SliceKey("node1", gpu, profile, start);
    }

    /** Shows GPUs that cannot be simulated. */
    private record WithMore(SimulatedInventory inner, List<Gpu> more) implements Inventory {
        @Override
        public HostInventory read() {
            HostInventory read = inner.read();
            List<Gpu> gpus = new ArrayList<>(read.gpus());
            gpus.addAll(more);
            return new HostInventory(read.host(), gpus);
        }

        @Override
        public Slice create(SliceKey key) throws InventoryException {
            return inner.create(key);
        }

        @Override
        public void destroy(SliceKey key) throws InventoryException {
            inner.destroy(key);
        }

        @Override
        public List<GpuFault> faults(Duration patience) throws InventoryException {
            return inner.faults(patience);
        }

        @Override
        public Optional<GpuFault> lasting(int gpu) {
            return inner.lasting(gpu);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
