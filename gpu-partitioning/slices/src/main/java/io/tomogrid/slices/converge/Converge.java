package io.tomogrid.slices.converge;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes how a host's GPUs are cut: assert, checkpoint, apply with explicit placements, assert (SLC-30). Whatever the moment
 * at which the process ends, the GPU has the layout before or the wanted one once {@link #repair} has run (SLC-31). Slices
 * that are neither wanted nor in the way are not touched, nor is any whose lock a process holds.
 *
 * <p>Safe for several threads of one process; that there is but one process is {@link GpuOwner}'s matter.
 */
public final class Converge {
    /* Mig managers clear a GPU before they cut it anew, because the driver, left to choose a place, needs a lucky order.
     * With explicit placements the order does not matter once what overlaps is gone. */
    private static final Logger log = LoggerFactory.getLogger(Converge.class);

    private final Inventory inventory;
    private final Checkpoints checkpoints;
    private final Path locks;

    /**
     * @param state folder of the checkpoints
     * @param locks folder of the slice locks
     */
    public Converge(Inventory inventory, Path state, Path locks) {
        this.inventory = inventory;
        this.checkpoints = new Checkpoints(state);
        this.locks = locks;
    }

    /**
     * Makes all of these exist, after what stands in their way.
     *
     * @return them
     * @throws IllegalArgumentException if no GPU of this host can have them at once
     * @throws InventoryException IN_USE if a process works on something in the way; the layout is as before then
     */
    public synchronized List<Slice> layout(int gpu, List<SliceKey> wanted) throws InventoryException, IOException {
        HostInventory read = inventory.read();
        Gpu now = settled(gpuOf(read, gpu));
        wanted.forEach(key -> gpuOf(read, key));
        List<Placement> placements = legal(now, wanted);
        List<SliceKey> destroy = new ArrayList<>();
        for (Slice slice : now.slices()) {
            if (!wanted.contains(slice.key()) && overlaps(now.placement(slice.key()), placements)) {
                if (slice.locked()) {
                    throw new InventoryException(
                            NvmlReturn.IN_USE, slice.key() + " is in the way and was divided by somebody else");
                }
                destroy.add(slice.key());
            }
        }
        return run(now, new Change(gpu, now.uuid(), destroy, missing(now, wanted)), wanted);
    }

    /**
     * Ends every change that was begun: does the rest of it, or takes it back where that cannot be done.
     *
     * @return a sentence for each change that can be neither yet, since a process works on one of its slices
     * @throws IOException if a checkpoint cannot be read
     */
    public synchronized List<String> repair() throws InventoryException, IOException {
        List<String> waiting = new ArrayList<>();
        for (Change change : checkpoints.all()) {
            try {
                settle(change);
            } catch (InventoryException e) {
                waiting.add(e.getMessage());
            }
        }
        return waiting;
    }

    /** A sentence for each change that is begun and not ended. */
    public List<String> unfinished() throws IOException {
        return checkpoints.all().stream()
                .map(change -> "GPU " + change.gpu() + ": " + change)
                .toList();
    }

    private List<Slice> run(Gpu before, Change change, List<SliceKey> wanted) throws InventoryException, IOException {
        if (!change.isEmpty()) {
            try (HeldLocks held = HeldLocks.of(locks, change.destroy())) {
                refuseWorkedOn(before, change);
                checkpoints.write(change);
                try {
                    apply(change);
                } catch (InventoryException e) {
                    takeBack(change, e);
                    throw e;
                }
                checkpoints.remove(change);
            }
            log.info("GPU {}: {}: done", before.index(), change);
        }
        Gpu after = gpu(before.index());
        return wanted.stream().map(key -> after.slice(key).orElseThrow()).toList();
    }

    private void apply(Change change) throws InventoryException {
        for (SliceKey key : change.destroy()) {
            inventory.destroy(key);
        }
        for (SliceKey key : change.create()) {
            inventory.create(key);
        }
        Gpu after = gpu(change.gpu());
        for (SliceKey key : change.destroy()) {
            if (after.slice(key).isPresent()) {
                throw new InventoryException(NvmlReturn.UNKNOWN, key + " is there again: somebody else cuts this GPU");
            }
        }
        for (SliceKey key : change.create()) {
            if (after.slice(key).map(Slice::deviceUuid).orElse("").isEmpty()) {
                throw new InventoryException(NvmlReturn.UNKNOWN, key + " is gone again: somebody else cuts this GPU");
            }
        }
    }

    /** What cannot be taken back now stays checkpointed, and is tried again before the next change. */
    private void takeBack(Change change, InventoryException why) throws IOException {
        log.warn("GPU {}: {}: failed, is taken back: {}", change.gpu(), change, why.getMessage());
        try (HeldLocks held = HeldLocks.of(locks, change.create())) {
            apply(change.reversed());
            checkpoints.remove(change);
        } catch (InventoryException e) {
            why.addSuppressed(e);
        }
    }

    private void settle(Change change) throws InventoryException, IOException {
        Optional<Gpu> gpu =
                inventory.read().gpu(change.gpu()).filter(g -> g.uuid().equals(change.gpuUuid()));
        if (gpu.isEmpty()) {
            forget(change, change.gpuUuid() + " is not there");
        } else if (gpu.get().profiles().isEmpty()) {
            throw new InventoryException(
                    NvmlReturn.GPU_IS_LOST,
                    "GPU " + change.gpu() + " does not answer, and " + change + " waits for it");
        } else if (!Stream.concat(change.destroy().stream(), change.create().stream())
                .allMatch(gpu.get()::offers)) {
            // after a reboot it may not be in MIG mode; its slices are gone anyhow
            forget(change, "the GPU has no such places now");
        } else {
            try {
                go(gpu.get(), change);
                log.info("GPU {}: {}: was interrupted and is done now", change.gpu(), change);
            } catch (InventoryException forward) {
                goBack(change, forward);
            }
        }
        checkpoints.remove(change);
    }

    private static void forget(Change change, String why) {
        log.warn("GPU {}: {}: was interrupted and is forgotten, since {}", change.gpu(), change, why);
    }

    private void goBack(Change change, InventoryException forward) throws InventoryException, IOException {
        try {
            go(gpu(change.gpu()), change.reversed());
            log.info(
                    "GPU {}: {}: was interrupted and is taken back, since {}",
                    change.gpu(),
                    change,
                    forward.getMessage());
        } catch (InventoryException back) {
            throw new InventoryException(
                    back.code(),
                    "GPU " + change.gpu() + ": " + change + ": was interrupted and can neither be done ("
                            + forward.getMessage() + ") nor taken back (" + back.getMessage() + ")");
        }
    }

    /** Only what is left of a change is done, so that what is there and in use stands. */
    private void go(Gpu now, Change change) throws InventoryException, IOException {
        List<SliceKey> standing = change.destroy().stream()
                .filter(key -> now.slice(key).isPresent())
                .toList();
        Change rest = new Change(change.gpu(), change.gpuUuid(), standing, missing(now, change.create()));
        try (HeldLocks held = HeldLocks.of(locks, rest.destroy())) {
            refuseWorkedOn(now, rest);
            apply(rest);
        }
    }

    /** A lock that overlaps forbids it too: its holder may outlive the slice that it was made for. */
    private void refuseWorkedOn(Gpu gpu, Change change) throws InventoryException, IOException {
        for (SliceKey key : change.create()) {
            Placement wanted = gpu.placement(key);
            for (Placement other : gpu.placements()) {
                SliceKey otherKey = gpu.key(key.host(), other);
                if (!otherKey.equals(key)
                        && other.overlaps(wanted)
                        && !change.destroy().contains(otherKey)
                        && SliceLock.isHeld(locks, otherKey)) {
                    throw new InventoryException(
                            NvmlReturn.IN_USE,
                            key + " overlaps " + otherKey + ", on which a process works; wait for its end");
                }
            }
        }
    }

    private static List<Placement> legal(Gpu gpu, List<SliceKey> wanted) {
        List<Placement> placements = new ArrayList<>();
        Set<SliceKey> keys = new LinkedHashSet<>(wanted);
        for (SliceKey key : keys) {
            require(key.gpu() == gpu.index(), key + ": the layout is that of GPU " + gpu.index());
            Placement placement = gpu.placement(key);
            require(
                    placement.fitsBeside(placements),
                    "no " + gpu.name() + " can have " + keys + " at once: " + key + " does not fit beside the others");
            placements.add(placement);
        }
        return placements;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static boolean overlaps(Placement placement, List<Placement> others) {
        return others.stream().anyMatch(placement::overlaps);
    }

    private static List<SliceKey> missing(Gpu gpu, List<SliceKey> wanted) {
        return wanted.stream()
                .distinct()
                .filter(key -> gpu.slice(key).map(Slice::deviceUuid).orElse("").isEmpty())
                .toList();
    }

    /** The same GPU, after what was interrupted on it. */
    private Gpu settled(Gpu gpu) throws InventoryException, IOException {
        Optional<Change> unfinished = checkpoints.of(gpu.uuid());
        if (unfinished.isEmpty()) {
            return gpu;
        }
        settle(unfinished.get());
        return gpu(gpu.index());
    }

    private Gpu gpu(int index) throws InventoryException {
        return gpuOf(inventory.read(), index);
    }

    private static Gpu gpuOf(HostInventory read, int index) {
        return read.gpu(index).orElseThrow(() -> unknown("GPU " + index, read));
    }

    private static Gpu gpuOf(HostInventory read, SliceKey key) {
        return read.gpu(key).orElseThrow(() -> unknown(key.toString(), read));
    }

    private static IllegalArgumentException unknown(String what, HostInventory read) {
        return new IllegalArgumentException(what + ": this host is " + read.host() + " and has "
                + read.gpus().size() + " GPUs");
    }
}
