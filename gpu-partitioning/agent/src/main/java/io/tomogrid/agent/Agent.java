package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Request;
import io.tomogrid.slices.http.TokenServer;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and destroys the slices of one host on request, and keeps the Worker of each GPU. */
final class Agent implements AutoCloseable {
    /** The child to keep for a GPU. */
    interface WorkerSpec {
        ChildSpec of(Gpu gpu) throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(Agent.class);
    /** What the driver refuses for a reason that may pass; anything else is a fault of the GPU or of NVML. */
    private static final Set<NvmlReturn> REFUSALS = Set.of(
            NvmlReturn.IN_USE, NvmlReturn.INSUFFICIENT_RESOURCES, NvmlReturn.NO_PERMISSION, NvmlReturn.NOT_SUPPORTED);

    private final Inventory inventory;
    private final Path locks;
    private final Map<Integer, Supervised> workers = new TreeMap<>();
    private TokenServer server;

    private Agent(Inventory inventory, Path locks) {
        this.inventory = inventory;
        this.locks = locks;
    }

    /**
     * Starts the Workers, then listens.
     *
     * @param inventory is closed with the agent
     * @param worker empty if no Workers are to be kept
     */
    static Agent start(Inventory inventory, Path locks, int port, String token, Optional<WorkerSpec> worker)
            throws IOException, InventoryException {
        Agent agent = new Agent(inventory, locks);
        try {
            HostInventory read = inventory.read();
            if (worker.isPresent()) {
                for (Gpu gpu : read.gpus()) {
                    agent.workers.put(gpu.index(), Supervisor.keep(worker.get().of(gpu)));
                }
            }
            agent.server = TokenServer.start(port, token, agent::answer);
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
        workers.values().parallelStream().forEach(Supervised::close);
        inventory.close();
    }

    private Reply answer(Request request) throws IOException, InterruptedException {
        try {
            if (request.is("GET", "health", 0)) {
                return Reply.of(200, health());
            }
            if (request.is("GET", "inventory", 0)) {
                return Reply.of(200, read().toMap());
            }
            if (request.is("PUT", "slices", 1)) {
                return Reply.of(200, made(create(key(request))));
            }
            if (request.is("DELETE", "slices", 1)) {
                destroy(key(request));
                return Reply.empty(204);
            }
        } catch (InventoryException e) {
            log.warn("{} {} failed: {}", request.method(), request.path(), e.getMessage());
            throw new HttpError(REFUSALS.contains(e.code()) ? 409 : 500, e.getMessage());
        }
        throw new HttpError(
                404, "no such request; there are GET /inventory, GET /health, PUT and DELETE /slices/{key}");
    }

    private static SliceKey key(Request request) {
        return SliceKey.parse(request.path().get(1));
    }

    private Map<String, Object> health() {
        List<Map<String, Object>> kept = new ArrayList<>();
        workers.forEach((gpu, worker) -> {
            var map = new LinkedHashMap<String, Object>();
            map.put("gpu", gpu);
            map.put("state", worker.state().name());
            map.put("pid", worker.pid());
            map.put("restarts", worker.restarts());
            kept.add(map);
        });
        var map = new LinkedHashMap<String, Object>();
        map.put("status", "UP");
        map.put("workers", kept);
        return map;
    }

    private static Map<String, Object> made(Slice slice) {
        var map = new LinkedHashMap<String, Object>();
        map.put("slice", slice.key().toString());
        map.put("device-uuid", slice.deviceUuid());
        return map;
    }

    /** What exists, with the locks of this host's processes. */
    private HostInventory read() throws InventoryException, IOException {
        HostInventory read = inventory.read();
        List<Gpu> gpus = new ArrayList<>();
        for (Gpu gpu : read.gpus()) {
            List<Slice> slices = new ArrayList<>();
            for (Slice slice : gpu.slices()) {
                boolean locked = slice.locked() || SliceLock.isHeld(locks, slice.key());
                slices.add(new Slice(slice.key(), slice.deviceUuid(), locked));
            }
            gpus.add(gpu.with(slices));
        }
        return new HostInventory(read.host(), gpus);
    }

    /** A lock that overlaps forbids it too: its holder may outlive the slice that it was made for. */
    private synchronized Slice create(SliceKey key) throws InventoryException, IOException {
        Gpu gpu = gpuOf(key);
        Placement wanted = gpu.placement(key);
        for (Placement other : gpu.placements()) {
            SliceKey otherKey = gpu.key(key.host(), other);
            if (!otherKey.equals(key) && other.overlaps(wanted) && SliceLock.isHeld(locks, otherKey)) {
                throw new HttpError(
                        409, key + " overlaps " + otherKey + ", on which a process works; wait for its end");
            }
        }
        Slice made = inventory.create(key);
        log.info("{} exists as {}", key, made.deviceUuid());
        return made;
    }

    /** Holds the lock meanwhile, so that no executor begins on a slice that vanishes under it. */
    private synchronized void destroy(SliceKey key) throws InventoryException, IOException, InterruptedException {
        gpuOf(key).placement(key);
        SliceLock lock = SliceLock.acquire(locks, key, Duration.ZERO)
                .orElseThrow(() -> new HttpError(409, "a process works on " + key + "; wait for its end"));
        try (lock) {
            inventory.destroy(key);
            log.info("{} is destroyed", key);
        }
    }

    private Gpu gpuOf(SliceKey key) throws InventoryException {
        HostInventory read = inventory.read();
        return read.gpus().stream()
                .filter(gpu -> read.host().equals(key.host()) && gpu.index() == key.gpu())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + ": this host is " + read.host() + " and has "
                        + read.gpus().size() + " GPUs"));
    }
}
