package io.tomogrid.slices;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a slice is made of, as the profile in its {@link SliceKey} says: {@code 3g}, {@code 1c3g}, {@code share4}, … */
public sealed interface SliceKind {
    /** A GPU instance of a GPU in MIG mode; memory, caches and multiprocessors are its own. */
    record Mig() implements SliceKind {}

    /**
     * A compute instance of a GPU instance that was divided ({@code 1c3g}): multiprocessors are its own; memory and engines
     * it shares with its siblings.
     *
     * @param slices how many compute slices it has
     * @param of of how many that its GPU instance has
     */
    record ComputeInstance(int slices, int of) implements SliceKind {}

    /** A GPU that is not cut ({@code whole}). */
    record Whole() implements SliceKind {}

    /**
     * A share of a GPU that is not cut ({@code share4}): its holders take turns on all of it, and each may have that part of
     * the memory. Nothing but our own allocator keeps them to it.
     *
     * @param of how many shares there are
     */
    record Share(int of) implements SliceKind {}

    /**
     * A virtual GPU that this machine, a guest, was given ({@code vgpu}); MIG-backed or time-sliced, as its host decided. Its size
     * cannot be changed from here.
     */
    record Virtual() implements SliceKind {}

    /**
     * Processors, where there is no GPU ({@code cpu4}).
     *
     * @param processors how many a job should use
     */
    record Cpu(int processors) implements SliceKind {}

    /** Of one profile's name. */
    static SliceKind of(String profile) {
        Matcher form =
                Pattern.compile("(\\d)c(\\d)g|share(\\d{1,2})|cpu(\\d{1,4})").matcher(profile);
        if (!form.matches()) {
            return switch (profile) {
                case "whole" -> new Whole();
                case "vgpu" -> new Virtual();
                default -> new Mig();
            };
        }
        if (form.group(1) != null) {
            return new ComputeInstance(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
        }
        return form.group(3) != null
                ? new Share(Integer.parseInt(form.group(3)))
                : new Cpu(Integer.parseInt(form.group(4)));
    }

    /** The part of its device's memory that a process on it may have, as {@code 1/4}; empty if all of it. */
    default String memoryPart() {
        if (this instanceof ComputeInstance instance) {
            return instance.slices() + "/" + instance.of();
        }
        return this instanceof Share share ? "1/" + share.of() : "";
    }

    /** Whether it can be made and destroyed; else it is always there. */
    default boolean cut() {
        return this instanceof Mig || this instanceof ComputeInstance;
    }

    /** Why it cannot be destroyed; for those that are not {@link #cut}. */
    default String stays() {
        if (this instanceof Virtual) {
            return "is a virtual GPU, whose size its host decides";
        }
        if (this instanceof Share) {
            return "is a share of a GPU that is not cut; the agent's setting " + NvmlInventory.SHARES_PROPERTY
                    + " says how many there are";
        }
        return this instanceof Cpu ? "is a part of the processors" : "is a whole GPU";
    }
}
