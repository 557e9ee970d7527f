package io.tomogrid.slices;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a state is worth: the capacity that is left in it, by the profiles that are asked for.
 *
 * <p>Capacity is the sum over the profiles of how often each is asked for, times its memory slices, times the instances of it that
 * could still be made; what a placement takes from that sum is its lost capacity (the rule "CAPLOSS" of
 * the reference workload, {@code simulation}). Instances are counted as nvmlDeviceGetGpuInstanceRemainingCapacity counts them.
 */
public final class Demand {
    /** Capacities are whole numbers of this fraction, so that equal losses are equal. */
    private static final double UNIT = 1e-6;

    private final Geometry geometry;
    private final long[] capacity;
    /** By the placements that serve, of which there are few sets. */
    private final Map<Long, Table> tables = new ConcurrentHashMap<>();

    /**
     * For each state the place of one request that loses the least capacity.
     *
     * @param serving placements that serve at all, those of the smallest profile first
     * @param placement -1 if none fits
     */
    record Table(int[] serving, int[] placement, long[] loss) {}

    private Demand(Geometry geometry, double[] weights) {
        this.geometry = geometry;
        double all = Arrays.stream(weights).sum();
        this.capacity = new long[geometry.states()];
        Arrays.fill(capacity, -1);
        fill(
                geometry,
                geometry.empty(),
                Arrays.stream(weights).map(w -> w / all).toArray());
    }

    /** Every profile is asked for as often as any other. */
    public static Demand even(Geometry geometry) {
        return geometry.even();
    }

    /** @param weights how often each of {@link Geometry#profiles} is asked for, in any unit */
    public static Demand of(Geometry geometry, double... weights) {
        return new Demand(geometry, weights);
    }

    private void fill(Geometry geometry, Geometry.State state, double[] weights) {
        if (capacity[state.number()] >= 0) {
            return;
        }
        double sum = 0;
        for (int p = 0; p < weights.length; p++) {
            GpuProfile profile = geometry.profiles().get(p);
            if (profile.plain()) {
                sum += weights[p] * profile.memorySlices() * state.remaining(p);
            }
        }
        capacity[state.number()] = Math.round(sum / UNIT);
        for (int n = 0; n < geometry.placements().size(); n++) {
            if (state.after(n) != null) {
                fill(geometry, state.after(n), weights);
            }
        }
    }

    /** The capacity that is left, in millionths of a memory slice. */
    public long capacity(Geometry.State state) {
        return capacity[state.number()];
    }

    /** The capacity that is lost when that placement, which must fit, is taken. */
    public long loss(Geometry.State state, int placement) {
        return capacity(state) - capacity(state.after(placement));
    }

    Table table(SliceRequest request) {
        int[] serving = geometry.serving(request);
        long set = 0;
        for (int placement : serving) {
            set |= 1L << placement;
        }
        return tables.computeIfAbsent(set, any -> compute(serving));
    }

    private Table compute(int[] serving) {
        Table table = new Table(serving, new int[geometry.states()], new long[geometry.states()]);
        geometry.forEachState(state -> {
            int best = -1;
            long least = Long.MAX_VALUE;
            for (int placement : serving) {
                if (state.after(placement) != null && loss(state, placement) < least) {
                    best = placement;
                    least = loss(state, placement);
                }
            }
            table.placement[state.number()] = best;
            table.loss[state.number()] = least;
        });
        return table;
    }
}
