package io.tomogrid.slices;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Chooses between the real GPUs, processors and the simulated one (SLC-01, SLC-26). */
public final class Inventories {
    /** As many as a {@link Geometry} can be wide. */
    private static final int MOST_PARTS = 48;

    private Inventories() {}

    /**
     * @param inventory open; the caller closes it
     * @param simulated whether it is the simulated one
     * @param reason why it is this one, for people
     */
    public record Detected(Inventory inventory, boolean simulated, String reason) {}

    /**
     * Real GPUs if there is any, else the processors if {@link CpuInventory#SLICES_PROPERTY} says how many slices they are,
     * else the simulated one.
     *
     * @param folder where the simulated one keeps its state
     * @param inUse whether a process works on a slice, for the simulated one, which has no driver to know it
     */
    public static Detected detect(String host, Path folder, Predicate<SliceKey> inUse) throws IOException {
        try {
            return nvml(host);
        } catch (InventoryException e) {
            OptionalInt parts = parts(CpuInventory.SLICES_PROPERTY);
            return parts.isPresent()
                    ? cpu(host, parts.getAsInt(), e.getMessage())
                    : simulated(host, folder, inUse, e.getMessage());
        }
    }

    /** The processors, in equal parts, whatever there is. */
    public static Detected cpu(String host, int parts, String reason) throws IOException {
        return new Detected(new CpuInventory(host, parts), false, parts + " slices of processors: " + reason);
    }

    /**
     * A system property's number of parts.
     *
     * @throws IllegalArgumentException if it is none from 1 to the most that there can be
     */
    static OptionalInt parts(String property) {
        String text = System.getProperty(property, "");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_PARTS) {
            throw new IllegalArgumentException(property + " must be a number from 1 to " + MOST_PARTS + ", is " + text);
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    /** @throws InventoryException if there is no real GPU */
    public static Detected nvml(String host) throws InventoryException {
        NvmlInventory nvml = NvmlInventory.open(host);
        try {
            int count = nvml.count();
            if (count == 0) {
                throw new InventoryException(NvmlReturn.NOT_FOUND, "NVML finds no GPU");
            }
            return new Detected(nvml, false, "GPUs found through NVML: " + count + ", driver " + nvml.driverVersion());
        } catch (InventoryException e) {
            nvml.close();
            throw e;
        }
    }

    /** One A100-40GB, simulated, whatever there is. */
    public static Detected simulated(String host, Path folder, Predicate<SliceKey> inUse, String reason)
            throws IOException {
        return new Detected(new SimulatedInventory(host, folder, inUse), true, "one A100-40GB is simulated: " + reason);
    }

    /** So many GPUs of that model, simulated, whatever there is. */
    public static Detected simulated(
            String host, Path folder, GpuModel model, int count, Predicate<SliceKey> inUse, String reason)
            throws IOException {
        return new Detected(
                new SimulatedInventory(host, folder, model, count, inUse),
                true,
                count + " × " + model.name() + " simulated: " + reason);
    }
}
