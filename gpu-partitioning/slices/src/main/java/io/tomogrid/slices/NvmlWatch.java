package io.tomogrid.slices;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Waits for XIDs through an event set of the driver, and looks between whether a GPU is lost, must be reset or counted
 * uncorrectable memory errors: a driver sends no event for all of these, and a lost GPU none at all.
 */
final class NvmlWatch {
    /** So long nobody else may end the watch. */
    private static final Duration TURN = Duration.ofMillis(500);

    private final Nvml nvml;
    private final SliceOf sliceOf;
    private final Map<Pointer, Integer> gpus = new HashMap<>();
    private final Map<Integer, Long> errors = new HashMap<>();
    private Set<GpuFault> lasting = Set.of();
    private Pointer events;
    private boolean ended;

    /** Finds the slice that a GPU instance, or a compute instance of it, is. */
    interface SliceOf {
        Optional<SliceKey> of(int gpu, int gpuInstance, int computeInstance) throws InventoryException;
    }

    NvmlWatch(Nvml nvml, SliceOf sliceOf) {
        this.nvml = nvml;
        this.sliceOf = sliceOf;
    }

    List<GpuFault> faults(int count, Duration patience) throws InventoryException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            List<GpuFault> found = turn(count, left.compareTo(TURN) < 0 ? left : TURN);
            if (!found.isEmpty()
                    || System.nanoTime() >= deadline
                    || isEnded()
                    || Thread.currentThread().isInterrupted()) {
                return found;
            }
        }
    }

    /** Nobody may wait any more. */
    synchronized void end() {
        ended = true;
        if (events != null) {
            nvml.nvmlEventSetFree(events);
            events = null;
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private synchronized List<GpuFault> turn(int count, Duration patience) throws InventoryException {
        if (ended) {
            return List.of();
        }
        if (events == null) {
            register(count);
        }
        List<GpuFault> found = new ArrayList<>(look(count));
        int wait = found.isEmpty() ? (int) patience.toMillis() : 0;
        Optional<GpuFault> event = event(wait);
        while (event.isPresent()) {
            found.add(event.get());
            event = event(0);
        }
        return found;
    }

    private void register(int count) throws InventoryException {
        PointerByReference made = new PointerByReference();
        NvmlDevice.check(nvml.nvmlEventSetCreate(made), "a set of events");
        events = made.getValue();
        for (int gpu = 0; gpu < count; gpu++) {
            PointerByReference device = new PointerByReference();
            int code = nvml.nvmlDeviceGetHandleByIndex_v2(gpu, device);
            if (code == NvmlReturn.SUCCESS.code()) {
                gpus.put(device.getValue(), gpu);
                code = nvml.nvmlDeviceRegisterEvents(device.getValue(), Nvml.EVENT_XID, events);
            }
            if (code != NvmlReturn.NOT_SUPPORTED.code() && code != NvmlReturn.GPU_IS_LOST.code()) {
                NvmlDevice.check(code, "events of GPU " + gpu);
            }
        }
    }

    private Optional<GpuFault> event(int millis) throws InventoryException {
        Memory data = NvmlDevice.cleared(Nvml.EventData.SIZE);
        int code = nvml.nvmlEventSetWait_v2(events, data, millis);
        if (code == NvmlReturn.TIMEOUT.code()) {
            return Optional.empty();
        }
        if (code == NvmlReturn.GPU_IS_LOST.code()) {
            return look(gpus.size()).stream().findFirst();
        }
        NvmlDevice.check(code, "waiting for events");
        Integer gpu = gpus.get(data.getPointer(Nvml.EventData.DEVICE));
        if (gpu == null || data.getLong(Nvml.EventData.TYPE) != Nvml.EVENT_XID) {
            return Optional.empty();
        }
        int xid = (int) data.getLong(Nvml.EventData.DATA);
        int gpuInstance = data.getInt(Nvml.EventData.GPU_INSTANCE);
        return Optional.of(GpuFault.xid(
                gpu,
                xid,
                gpuInstance == Nvml.EventData.NONE
                        ? Optional.empty()
                        : sliceOf(gpu, gpuInstance, data.getInt(Nvml.EventData.COMPUTE_INSTANCE))));
    }

    /** Whose slice is gone or may not be seen, it is the GPU's. */
    private Optional<SliceKey> sliceOf(int gpu, int gpuInstance, int computeInstance) {
        try {
            return sliceOf.of(gpu, gpuInstance, computeInstance);
        } catch (InventoryException gone) {
            return Optional.empty();
        }
    }

    /** What a GPU says is wrong with it for as long as it is not reset or replaced. */
    static Optional<GpuFault> lasting(Nvml nvml, int gpu) throws InventoryException {
        try {
            NvmlDevice device = NvmlDevice.of(nvml, gpu);
            // that it must be reset a GPU may answer to its meters alone
            device.meter().uncorrectable();
            return device.migMode().pending()
                    ? Optional.of(GpuFault.of(gpu, GpuFault.Kind.RESET_REQUIRED))
                    : Optional.empty();
        } catch (InventoryException e) {
            return switch (e.code()) {
                case GPU_IS_LOST -> Optional.of(GpuFault.of(gpu, GpuFault.Kind.LOST));
                case RESET_REQUIRED -> Optional.of(GpuFault.of(gpu, GpuFault.Kind.RESET_REQUIRED));
                default -> throw e;
            };
        }
    }

    /** What is wrong now and was not at the last look. */
    private List<GpuFault> look(int count) throws InventoryException {
        Set<GpuFault> now = new HashSet<>();
        List<GpuFault> begun = new ArrayList<>();
        for (int gpu = 0; gpu < count; gpu++) {
            Optional<GpuFault> lasts = lasting(nvml, gpu);
            lasts.ifPresent(now::add);
            if (lasts.isEmpty()) {
                OptionalLong counted = NvmlDevice.of(nvml, gpu).meter().uncorrectable();
                Long before = counted.isPresent() ? errors.put(gpu, counted.getAsLong()) : null;
                if (before != null && counted.getAsLong() > before) {
                    begun.add(GpuFault.of(gpu, GpuFault.Kind.ECC_UNCORRECTABLE));
                }
            }
        }
        now.stream().filter(fault -> !lasting.contains(fault)).forEach(begun::add);
        lasting = now;
        return begun;
    }
}
