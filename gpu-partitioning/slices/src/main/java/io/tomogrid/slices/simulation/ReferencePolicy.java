package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.Geometry.State;
import io.tomogrid.slices.SimulatedInventory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules that others place by, after the definitions of the reference workload. They are told of the same events as the
 * planner, and the rule CAPLOSS is told the true mix besides, which the planner is not.
 */
public final class ReferencePolicy implements Placing {
    /** Which GPU and which start. */
    public enum Rule {
        /** The first GPU, the lowest start. */
        FIRST_FIT,
        /** The first GPU after the one that was given last. */
        ROUND_ROBIN,
        /** The fullest GPU, the start that fragments it the least. */
        BEST_FIT,
        /** The emptiest GPU. */
        WORST_FIT,
        /** The least increase of fragmentation (arXiv 2511.18906). */
        LEAST_FRAGMENTATION,
        /** The least loss of capacity, by the true mix. */
        LEAST_LOST_CAPACITY
    }

    private final Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
    private final Rule rule;
    private final boolean moving;
    private final int[][] placements = new int[Mix.PROFILES.size()][];
    private final double[] weights;
    private final double[] fragmentation;
    private final double[] capacity;
    private final State[] gpus;
    private final Map<Integer, Job> jobs = new LinkedHashMap<>();
    private int turn;
    private long moves;

    private record Job(int gpu, int placement, int profile) {}

    private record Choice(int gpu, int placement, double score) {}

    /** @param moving whether one running job may be moved when a request fits nowhere */
    public ReferencePolicy(Mix mix, int gpus, Rule rule, boolean moving) {
        this.rule = rule;
        this.moving = moving;
        this.gpus = new State[gpus];
        Arrays.fill(this.gpus, geometry.empty());
        weights = mix.shares().stream().mapToDouble(Double::doubleValue).toArray();
        for (int p = 0; p < placements.length; p++) {
            placements[p] = placementsOf(p);
        }
        fragmentation = new double[geometry.states()];
        capacity = new double[geometry.states()];
        geometry.forEachState(state -> {
            fragmentation[state.number()] = fragmentation(state);
            capacity[state.number()] = capacity(state);
        });
    }

    private int[] placementsOf(int profile) {
        List<Integer> result = new ArrayList<>();
        for (int n = 0; n < geometry.placements().size(); n++) {
            if (geometry.placement(n).profile().equals(Mix.PROFILES.get(profile))) {
                result.add(n);
            }
        }
        return result.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public boolean admit(int job, int profile) {
        Choice choice = choose(profile, -1);
        if (choice == null && moving) {
            choice = afterOneMove(profile);
        }
        if (choice == null) {
            return false;
        }
        gpus[choice.gpu] = gpus[choice.gpu].after(choice.placement);
        jobs.put(job, new Job(choice.gpu, choice.placement, profile));
        return true;
    }

    @Override
    public void end(int job) {
        Job ended = jobs.remove(job);
        gpus[ended.gpu] = gpus[ended.gpu].before(ended.placement);
    }

    @Override
    public int gpu(int job) {
        return jobs.get(job).gpu;
    }

    @Override
    public long moves() {
        return moves;
    }

    private Choice choose(int profile, int without) {
        Choice best = null;
        for (int n = 0; n < gpus.length; n++) {
            int gpu = rule == Rule.ROUND_ROBIN ? (turn + n) % gpus.length : n;
            Choice next = gpu == without ? null : on(gpu, gpus[gpu], profile);
            if (next != null && (best == null || next.score < best.score)) {
                best = next;
                if (rule == Rule.FIRST_FIT || rule == Rule.ROUND_ROBIN) {
                    turn = (gpu + 1) % gpus.length;
                    return best;
                }
            }
        }
        return best;
    }

    private Choice on(int gpu, State state, int profile) {
        Choice best = null;
        double least = Double.MAX_VALUE;
        for (int placement : placements[profile]) {
            State after = state.after(placement);
            if (after == null) {
                continue;
            }
            double order = switch (rule) {
                case FIRST_FIT, ROUND_ROBIN -> 0;
                case BEST_FIT, WORST_FIT, LEAST_FRAGMENTATION ->
                    fragmentation[after.number()] - fragmentation[state.number()];
                case LEAST_LOST_CAPACITY -> Math.rint((capacity[state.number()] - capacity[after.number()]) * 1e9);
            };
            if (order < least) {
                least = order;
                double score = switch (rule) {
                    case BEST_FIT -> state.free();
                    case WORST_FIT -> -state.free();
                    default -> order;
                };
                best = new Choice(gpu, placement, score);
            }
        }
        return best;
    }

    /** The first running job, oldest first, that makes room by going elsewhere. */
    private Choice afterOneMove(int profile) {
        for (Map.Entry<Integer, Job> entry : jobs.entrySet()) {
            Job job = entry.getValue();
            State left = gpus[job.gpu].before(job.placement);
            Choice place = on(job.gpu, left, profile);
            if (place == null) {
                continue;
            }
            Choice same = on(job.gpu, left.after(place.placement), job.profile);
            Choice to = same != null ? same : choose(job.profile, job.gpu);
            if (to != null) {
                gpus[job.gpu] = left;
                gpus[to.gpu] = gpus[to.gpu].after(to.placement);
                entry.setValue(new Job(to.gpu, to.placement, job.profile));
                moves++;
                return place;
            }
        }
        return null;
    }

    /** Over the profiles no larger than what is free: memory slices times the placements that are overlapped. */
    private double fragmentation(State state) {
        double sum = 0;
        for (int p = 0; p < placements.length; p++) {
            int size = Mix.PROFILES.get(p).memorySlices();
            if (size <= state.free()) {
                for (int placement : placements[p]) {
                    sum += (state.taken() & geometry.window(placement)) != 0 ? size : 0;
                }
            }
        }
        return sum;
    }

    private double capacity(State state) {
        double sum = 0;
        for (int p = 0; p < weights.length; p++) {
            int size = Mix.PROFILES.get(p).memorySlices();
            sum += weights[p] * size * state.remaining(geometry.profileOf(placements[p][0]));
        }
        return sum;
    }
}
