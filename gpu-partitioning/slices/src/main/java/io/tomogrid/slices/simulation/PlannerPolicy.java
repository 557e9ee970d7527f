package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Demand;
import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Rearrangement;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The live planner's own rules. */
public final class PlannerPolicy implements Policy {
    private final Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
    private final Fleet fleet = new Fleet();
    private final MoveRules rules;
    private final Map<Integer, int[]> places = new HashMap<>();
    private final Map<Long, Integer> jobs = new HashMap<>();
    private final List<SliceRequest> requests;
    private final double[] asked;
    private final int[] index;
    private long moves;
    private long seen;
    static boolean learn = true;

    public PlannerPolicy(int gpus, MoveRules rules) {
        this.rules = rules;
        for (int n = 0; n < gpus; n++) {
            fleet.add(geometry, "simulated", n);
        }
        requests = Mix.PROFILES.stream()
                .map(p -> new SliceRequest(p.memoryBytes(), p.computeSlices()))
                .toList();
        index = Mix.PROFILES.stream()
                .mapToInt(p -> geometry.profiles().indexOf(p))
                .toArray();
        asked = new double[geometry.profiles().size()];
        java.util.Arrays.fill(asked, 10);
    }

    @Override
    public boolean admit(int job, int profile) {
        asked[index[profile]]++;
        if (learn && ++seen % 50 == 0) {
            fleet.expect(geometry, Demand.of(geometry, asked));
        }
        SliceRequest request = requests.get(profile);
        Fleet.Spot spot = fleet.best(request);
        if (spot == null) {
            Rearrangement made = fleet.rearrange(request, rules, 1);
            if (made == null) {
                return false;
            }
            int[] who = made.moves().stream()
                    .mapToInt(
                            m -> jobs.remove(at(m.from().number(), m.resident().placement())))
                    .toArray();
            fleet.apply(made.moves());
            for (int n = 0; n < who.length; n++) {
                Fleet.Spot to = made.moves().get(n).to();
                settle(who[n], to);
            }
            moves += who.length;
            spot = made.spot();
        }
        fleet.take(spot.board(), spot.placement(), 0);
        settle(job, spot);
        return true;
    }

    private void settle(int job, Fleet.Spot spot) {
        places.put(job, new int[] {spot.board().number(), spot.placement()});
        jobs.put(at(spot.board().number(), spot.placement()), job);
    }

    private static long at(int board, int placement) {
        return (long) board << 8 | placement;
    }

    @Override
    public void end(int job) {
        int[] place = places.remove(job);
        jobs.remove(at(place[0], place[1]));
        fleet.give(fleet.board(place[0]), place[1]);
    }

    @Override
    public long moves() {
        return moves;
    }
}
