package io.tomogrid.node.engine;

import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.GpuProfile;

/**
 * Which slice of which GPU executors are to get.
 *
 * @param model as in {@link GpuModel}
 * @param driverName what the driver calls the profile, {@code 2g.20gb}; empty for the whole GPU
 */
public record SliceChoice(String model, String driverName) {
    private static final String WHOLE = "whole";

    /**
     * The slice that two options name.
     *
     * @param gpu a model's name
     * @param slice a profile by its short name or the driver's, or {@code whole}
     * @throws IllegalArgumentException naming what there is, if there is no such model or it has no such profile
     */
    public static SliceChoice of(String gpu, String slice) {
        GpuModel model = GpuModel.named(gpu);
        if (slice.strip().equalsIgnoreCase(WHOLE)) {
            return new SliceChoice(model.name(), "");
        }
        GpuProfile profile = model.profile(slice);
        return new SliceChoice(
                model.name(), model.driverNames().get(model.profiles().indexOf(profile)));
    }

    boolean whole() {
        return driverName.isEmpty();
    }

    /** The extended resource by which NVIDIA's device plugin offers it, where its strategy is {@code mixed}. */
    String resource() {
        return "nvidia.com/" + (whole() ? "gpu" : "mig-" + driverName.replace('+', '.'));
    }

    /** Part of the names of Kubernetes objects: lower-case letters, digits and dashes. */
    String objectName() {
        return whole() ? WHOLE : driverName.replaceAll("[^a-z0-9]+", "-");
    }

    @Override
    public String toString() {
        return model + ", " + (whole() ? "the whole GPU" : driverName);
    }
}
