package io.tomogrid.slices;

import java.util.List;

/** What the {@link Planner} answers. */
public sealed interface Decision {
    /**
     * A slice can be had now.
     *
     * @param key the slice
     * @param toDestroy idle slices that stand in its way, to be destroyed before
     * @param create whether it does not exist yet
     */
    record Plan(SliceKey key, List<SliceKey> toDestroy, boolean create) implements Decision {
        public Plan {
            toDestroy = List.copyOf(toDestroy);
        }
    }

    /** Some GPU could serve it, but is taken. */
    record Wait(String reason) implements Decision {}

    /** No GPU that is known can ever serve it. */
    record Impossible(String reason) implements Decision {}
}
