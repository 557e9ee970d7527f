package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.converge.Converge;
import io.tomogrid.slices.converge.GpuOwner;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the GPUs of one host: cuts them on request, keeps the Worker of each, and tells what is ill.
 *
 * <p>Leases are the manager's and are judged by the manager's clock alone; the agent's clock is shown, never compared.
 */
final class Agent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private final Inventory inventory;
    private final AgentSettings settings;
    private final HostState state;
    private final HostView view;
    private final Converge converge;
    private final Workers workers;
    private final List<GpuOwner> owners = new ArrayList<>();
    private String limits = "";
    private FaultWatch watch;
    private TokenServer server;

    private Agent(Inventory inventory, AgentSettings settings, Optional<Workers.Spec> worker) throws IOException {
        this.inventory = inventory;
        this.settings = settings;
        this.state = HostState.open(settings.state());
        this.view = new HostView(inventory, state, settings.locks());
        this.converge = new Converge(inventory, settings.state(), settings.locks());
        this.workers = new Workers(worker);
    }

    /**
     * Takes the GPUs, ends what was interrupted, starts the Workers, then listens.
     *
     * @param inventory is closed with the agent
     * @param worker empty if no Workers are to be kept
     * @throws IOException if somebody else owns a GPU, naming it, or what the agent keeps cannot be read
     */
    static Agent start(Inventory inventory, AgentSettings settings, Optional<Workers.Spec> worker)
            throws IOException, InventoryException {
        Agent agent = new Agent(inventory, settings, worker);
        try {
            HostInventory read = inventory.read();
            for (Gpu gpu : read.gpus()) {
                // one that is lost may not even say which it is
                if (!gpu.uuid().isEmpty()) {
                    agent.owners.add(
                            GpuOwner.claim(settings.owners(), gpu.uuid(), "the Tomogrid agent of host " + read.host()));
                }
            }
            agent.converge.repair().forEach(log::warn);
            agent.limits = ControlGroups.make(
                    settings.controlGroups(), read, Runtime.getRuntime().availableProcessors());
            for (Gpu gpu : read.gpus()) {
                if (!agent.isLost(gpu)) {
                    agent.workers.keep(gpu);
                }
            }
            agent.watch = FaultWatch.start(inventory, agent.state, agent.workers, agent.converge);
            agent.server = TokenServer.start(settings.door(), settings.token(), new AgentRoutes(agent));
            return agent;
        } catch (IOException | InventoryException | RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        if (watch != null) {
            watch.close();
        }
        workers.close();
        inventory.close();
        for (GpuOwner owner : owners) {
            try {
                owner.close();
            } catch (IOException e) {
                log.warn("the lock of {} did not close: {}", owner.claim().gpuUuid(), e.toString());
            }
        }
        owners.clear();
    }

    HostInventory inventory() throws InventoryException, IOException {
        return view.read();
    }

    /** A slice that is there already is given on a drained host too: who began with it may go on. */
    List<Slice> layout(int gpu, List<SliceKey> wanted) throws InventoryException, IOException {
        HostInventory now = view.read();
        refuseFaulty(now, gpu, wanted);
        if (state.draining()
                && !now.gpu(gpu)
                        .map(has ->
                                wanted.stream().allMatch(key -> has.slice(key).isPresent()))
                        .orElse(false)) {
            throw new HttpError(409, "the host is drained: nothing new begins here until DELETE /drain");
        }
        List<Slice> made = converge.layout(gpu, wanted);
        log.info("GPU {} has {}", gpu, wanted);
        return made;
    }

    /**
     * An operator has seen to the card: its faults are forgotten, its Worker runs again.
     *
     * @return which card answered, and what is forgotten of it
     * @throws HttpError 409 while the card itself says that it is ill; nothing is forgotten then
     */
    Map<String, Object> heal(int index) throws InventoryException, IOException {
        Gpu gpu = inventory
                .read()
                .gpu(index)
                .orElseThrow(() -> new IllegalArgumentException("GPU " + index + ": this host has no such GPU"));
        Optional<GpuFault> lasting =
                gpu.uuid().isEmpty() ? Optional.of(GpuFault.of(index, GpuFault.Kind.LOST)) : inventory.lasting(index);
        if (lasting.isPresent()) {
            throw new HttpError(
                    409,
                    "GPU " + index + " is not well yet, the device says: " + lasting.get()
                            + "; reset it while nobody uses it, or replace it, then heal it again");
        }
        List<Fault> forgotten = state.heal(gpu.uuid());
        workers.keep(gpu);
        log.info("GPU {} is healed of {}", index, forgotten);
        var map = new LinkedHashMap<String, Object>();
        map.put("gpu", index);
        map.put("gpu-uuid", gpu.uuid());
        map.put("name", gpu.name());
        map.put("forgotten", forgotten.stream().map(Fault::because).toList());
        return map;
    }

    void drain(boolean on) throws IOException {
        state.drain(on);
        log.info(on ? "the host is drained: nothing new begins here" : "the host takes work again");
    }

    Map<String, Object> health() throws IOException {
        var map = new LinkedHashMap<String, Object>();
        map.put("status", "UP");
        map.put("format-version", HostInventory.VERSION);
        map.put("time", Instant.now().toString());
        map.put("draining", state.draining());
        map.put("faults", state.faults().stream().map(Fault::toMap).toList());
        map.put("unfinished", converge.unfinished());
        map.put("owners", owners.stream().map(owner -> owner.claim().toMap()).toList());
        settings.door()
                .tls()
                .flatMap(tls -> tls.until())
                .ifPresent(until -> map.put("certificate-until", until.toString()));
        map.put("limits", limits);
        map.put("workers", workers.toList());
        return map;
    }

    private boolean isLost(Gpu gpu) {
        return gpu.uuid().isEmpty()
                || state.faults().stream()
                        .anyMatch(fault -> fault.lost() && fault.gpuUuid().equals(gpu.uuid()));
    }

    private static void refuseFaulty(HostInventory now, int index, List<SliceKey> wanted) {
        now.gpu(index).ifPresent(gpu -> {
            if (!gpu.fault().isEmpty()) {
                throw new HttpError(
                        409, "GPU " + index + ": " + gpu.fault() + "; see to it, then POST /gpus/" + index + "/heal");
            }
            for (SliceKey key : wanted) {
                String fault = gpu.slice(key).map(Slice::fault).orElse("");
                if (!fault.isEmpty()) {
                    throw new HttpError(409, key + ": " + fault + "; see to it, then POST /gpus/" + index + "/heal");
                }
            }
        });
    }
}
