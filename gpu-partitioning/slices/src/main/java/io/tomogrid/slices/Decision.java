package io.tomogrid.slices;

import java.util.List;

/** What the {@link Planner} answers. */
public sealed interface Decision {
    /** Why, in one sentence, for people. */
    String because();

    /**
     * A slice can be had now.
     *
     * @param key the slice
     * @param toDestroy idle slices that stand in its way, to be destroyed before
     * @param create whether it does not exist yet
     */
    record Plan(SliceKey key, List<SliceKey> toDestroy, boolean create, String because) implements Decision {
        public Plan {
            toDestroy = List.copyOf(toDestroy);
        }

        /** That of a slice whose holder leaves it to whom needs just that. */
        public Plan(SliceKey key, List<SliceKey> toDestroy, boolean create) {
            this(key, toDestroy, create, key + " is " + (create ? "to be cut." : "there and left to whom needs it."));
        }
    }

    /**
     * A slice can be had once running jobs have moved. All of them are stopped before the first is started anew.
     *
     * @param moves where from and where to
     * @param then the slice that is free after them
     */
    record Rearrange(List<Move> moves, Plan then, String because) implements Decision {
        public Rearrange {
            moves = List.copyOf(moves);
        }
    }

    /** @param to as for any job: what is destroyed for it, and whether it is to be made */
    record Move(SliceKey from, Plan to) {}

    /** Some GPU could serve it, but is taken. */
    record Wait(String reason) implements Decision {
        @Override
        public String because() {
            return reason;
        }
    }

    /** No GPU that is known can ever serve it. */
    record Impossible(String reason) implements Decision {
        @Override
        public String because() {
            return reason;
        }
    }
}
