package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Rearrangement;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceRequest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How long decisions take on a fleet that is about full, so that some find a place, some need moves and some find none: processor
 * time of the deciding thread, which other programs on the machine do not lengthen.
 */
public record Speed(int gpus, long seed) {
    private static final int WARM_UP = 3000;
    /** Requests in a row that found no place. */
    private static final int FULL = 100;

    /** Microseconds, ascending. */
    public record Outcome(double[] placed, double[] rearranged) {
        /** @param share of the decisions that took no longer */
        public static double quantile(double[] sorted, double share) {
            return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
        }
    }

    public Outcome run(int decisions) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Random random = new Random(seed);
        Fleet fleet = new Fleet();
        Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
        for (int n = 0; n < gpus; n++) {
            fleet.add(geometry, "simulated", n);
        }
        List<SliceRequest> requests = Mix.PROFILES.stream()
                .map(p -> new SliceRequest(p.memoryBytes(), p.computeSlices()))
                .toList();
        fill(fleet, requests, random);
        List<Double> placed = new ArrayList<>();
        List<Double> rearranged = new ArrayList<>();
        for (int n = 0; n < WARM_UP + decisions; n++) {
            SliceRequest request = requests.get(random.nextInt(requests.size()));
            long start = threads.getCurrentThreadCpuTime();
            Fleet.Spot spot = fleet.best(request);
            Rearrangement made = spot == null ? fleet.rearrange(request, MoveRules.USUAL, Integer.MAX_VALUE) : null;
            double micros = (threads.getCurrentThreadCpuTime() - start) * 1e-3;
            if (n >= WARM_UP) {
                (spot == null ? rearranged : placed).add(micros);
            }
            if (made != null) {
                fleet.apply(made.moves());
                spot = made.spot();
            }
            if (spot != null) {
                fleet.take(spot.board(), spot.placement(), random.nextInt(10));
            }
            if (random.nextInt(3) > 0) {
                end(fleet, random);
            }
        }
        return new Outcome(sorted(placed), sorted(rearranged));
    }

    private static void fill(Fleet fleet, List<SliceRequest> requests, Random random) {
        int refused = 0;
        while (refused < FULL) {
            Fleet.Spot spot = fleet.best(requests.get(random.nextInt(requests.size())));
            if (spot == null) {
                refused++;
            } else {
                refused = 0;
                fleet.take(spot.board(), spot.placement(), random.nextInt(10));
            }
        }
    }

    private static void end(Fleet fleet, Random random) {
        Fleet.Board board = fleet.board(random.nextInt(fleet.size()));
        List<Fleet.Resident> residents = board.residents();
        if (!residents.isEmpty()) {
            fleet.give(board, residents.get(random.nextInt(residents.size())).placement());
        }
    }

    private static double[] sorted(List<Double> values) {
        double[] result = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(result);
        return result;
    }
}
