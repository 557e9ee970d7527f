package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Interference;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.Rearrangement;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * How long decisions take on a fleet that is about full, so that some find a place, some need moves and some find none: processor
 * time of the deciding thread, which other programs on the machine do not lengthen.
 */
public record Speed(int gpus, long seed) {
    private static final int WARM_UP = 3000;
    private static final int PER_HOST = 8;
    private static final int WORKLOADS = 10;
    /** Requests in a row that found no place. */
    private static final int FULL = 100;

    /** Microseconds, ascending. @param beside a place found where the neighbours of every workload are known */
    public record Outcome(double[] placed, double[] rearranged, double[] beside) {
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
        List<Double> beside = new ArrayList<>();
        Interference known = known();
        for (int n = 0; n < WARM_UP + decisions; n++) {
            SliceRequest request = requests.get(random.nextInt(requests.size()));
            long start = threads.getCurrentThreadCpuTime();
            Fleet.Spot spot = fleet.best(request);
            Rearrangement made = spot == null ? fleet.rearrange(request, MoveRules.USUAL, Integer.MAX_VALUE) : null;
            double micros = (threads.getCurrentThreadCpuTime() - start) * 1e-3;
            if (n >= WARM_UP) {
                (spot == null ? rearranged : placed).add(micros);
            }
            start = threads.getCurrentThreadCpuTime();
            if (fleet.best(request, known) != null && n >= WARM_UP) {
                beside.add((threads.getCurrentThreadCpuTime() - start) * 1e-3);
            }
            if (made != null) {
                fleet.apply(made.moves());
                spot = made.spot();
            }
            if (spot != null) {
                take(fleet, spot, random);
            }
            if (random.nextInt(3) > 0) {
                end(fleet, random);
            }
        }
        return new Outcome(sorted(placed), sorted(rearranged), sorted(beside));
    }

    /** Each workload hurts the new one, the one more than the other. */
    private static Interference known() {
        Map<String, Double> excess = new HashMap<>();
        for (int n = 0; n < WORKLOADS; n++) {
            excess.put(workload(n), 0.01 * (1 + n));
        }
        return new Interference(workload(0), excess);
    }

    private static String workload(int n) {
        return "protocol-" + n;
    }

    /**
     * With all GPUs read anew for each decision, as for who keeps no fleet; some slices are idle.
     *
     * @return microseconds, ascending
     */
    public double[] anew(int decisions) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Random random = new Random(seed);
        List<HostInventory> hosts = new ArrayList<>();
        List<SliceKey> leases = new ArrayList<>();
        for (int host = 0; host * PER_HOST < gpus; host++) {
            List<Gpu> here = new ArrayList<>();
            for (int n = 0; n < PER_HOST; n++) {
                here.add(gpu("n" + host, n, random, leases));
            }
            hosts.add(new HostInventory("n" + host, here));
        }
        List<Double> micros = new ArrayList<>();
        for (int n = 0; n < 2 * decisions; n++) {
            GpuProfile wanted = Mix.PROFILES.get(random.nextInt(Mix.PROFILES.size()));
            long start = threads.getCurrentThreadCpuTime();
            Planner.plan(hosts, leases, new SliceRequest(wanted.memoryBytes(), wanted.computeSlices()));
            if (n >= decisions) {
                micros.add((threads.getCurrentThreadCpuTime() - start) * 1e-3);
            }
        }
        return sorted(micros);
    }

    private static Gpu gpu(String host, int index, Random random, List<SliceKey> leases) {
        List<Slice> slices = new ArrayList<>();
        for (String name : random.nextBoolean() ? List.of("3g-4", "2g-0", "1g-2", "1g-3") : List.of("4g-0", "1g-4")) {
            SliceKey key = SliceKey.parse(host + "-gpu" + index + "-" + name);
            slices.add(new Slice(key, "MIG-simulated", false));
            if (random.nextInt(PER_HOST) > 0) {
                leases.add(key);
            }
        }
        return new Gpu(
                index, "GPU-simulated", "simulated", 0, true, LossRun.GRID, SimulatedInventory.A100_40GB, slices);
    }

    private static void fill(Fleet fleet, List<SliceRequest> requests, Random random) {
        int refused = 0;
        while (refused < FULL) {
            Fleet.Spot spot = fleet.best(requests.get(random.nextInt(requests.size())));
            if (spot == null) {
                refused++;
            } else {
                refused = 0;
                take(fleet, spot, random);
            }
        }
    }

    private static void take(Fleet fleet, Fleet.Spot spot, Random random) {
        fleet.take(spot.board(), spot.placement(), random.nextInt(10), workload(random.nextInt(WORKLOADS)));
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
