package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Demand;
import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Fleet.Spot;
import io.tomogrid.slices.Gang;
import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.Interference;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Rearrangement;
import io.tomogrid.slices.Reservations;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The live planner's own code. What is asked for it learns from the requests that came; of the mix and of lifetimes it is told
 * nothing. Every job may be moved, and a move costs no time, as the reference workload has it.
 */
public final class PlannerPolicy implements Placing {
    /** As if each profile had been asked for so often before the first request came. */
    private static final double BEFORE = 10;

    private static final int LEARN_EVERY = 50;
    /** Any move pays, since none costs anything here. */
    private static final double WORTH = 1;

    private final Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
    private final Fleet fleet = new Fleet();
    private final MoveRules rules;
    private final List<SliceRequest> requests = Mix.PROFILES.stream()
            .map(p -> new SliceRequest(p.memoryBytes(), p.computeSlices()))
            .toList();
    private final double[] asked = new double[geometry.profiles().size()];
    private final Map<Integer, Spot[]> places = new HashMap<>();
    /** Who has a placement of a GPU. */
    private final Map<Long, Integer> holders = new HashMap<>();

    /** What is known of a job and its neighbours. */
    private final IntFunction<Interference> known;

    private int seen;
    private long moves;

    /** @param gpusPerHost only for those who need several on one host */
    public PlannerPolicy(int gpus, int gpusPerHost, MoveRules rules) {
        this(gpus, gpusPerHost, rules, job -> Interference.UNKNOWN);
    }

    /** @param known by number of job: what works in it and how that and others hurt each other */
    public PlannerPolicy(int gpus, int gpusPerHost, MoveRules rules, IntFunction<Interference> known) {
        this.rules = rules;
        this.known = known;
        for (int n = 0; n < gpus; n++) {
            fleet.add(geometry, "host" + n / gpusPerHost, n % gpusPerHost);
        }
        Arrays.fill(asked, BEFORE);
    }

    @Override
    public void asked(int profile) {
        asked[geometry.profiles().indexOf(Mix.PROFILES.get(profile))]++;
        if (++seen % LEARN_EVERY == 0) {
            fleet.expect(geometry, Demand.of(geometry, asked));
        }
    }

    @Override
    public boolean admit(int job, int profile) {
        SliceRequest request = requests.get(profile);
        Spot spot = fleet.best(request, known.apply(job));
        if (spot == null) {
            Rearrangement made = fleet.rearrange(request, rules, WORTH);
            if (made == null) {
                return false;
            }
            move(made.moves());
            spot = made.spot();
        }
        take(job, spot);
        return true;
    }

    /** All members on one host, or none. */
    boolean admit(int job, int profile, int members) {
        if (rules.most() > 0) {
            move(Reservations.drain(fleet, gang(job, profile, members), WORTH));
        }
        Optional<List<Spot>> spots = Reservations.place(fleet, gang(job, profile, members));
        spots.ifPresent(found -> {
            Reservations.release(fleet, Integer.toString(job));
            take(job, found.toArray(Spot[]::new));
        });
        return spots.isPresent();
    }

    /** Keeps room for who waits. */
    void keep(int job, int profile, int members) {
        Reservations.keep(fleet, gang(job, profile, members));
    }

    private Gang gang(int job, int profile, int members) {
        return new Gang(Integer.toString(job), requests.get(profile), members, true);
    }

    private void move(List<Rearrangement.Move> all) {
        int[] who = all.stream()
                .mapToInt(m -> holders.remove(at(m.from(), m.resident().placement())))
                .toArray();
        fleet.apply(all);
        for (int n = 0; n < who.length; n++) {
            Spot[] held = places.get(who[n]);
            for (int member = 0; member < held.length; member++) {
                if (held[member].board() == all.get(n).from()
                        && held[member].placement() == all.get(n).resident().placement()) {
                    held[member] = all.get(n).to();
                }
            }
            holders.put(at(all.get(n).to().board(), all.get(n).to().placement()), who[n]);
        }
        moves += who.length;
    }

    private void take(int job, Spot... spots) {
        places.put(job, spots);
        for (Spot spot : spots) {
            fleet.take(spot.board(), spot.placement(), 0, known.apply(job).workload());
            holders.put(at(spot.board(), spot.placement()), job);
        }
    }

    private static long at(Fleet.Board board, int placement) {
        return (long) board.number() << Byte.SIZE | placement;
    }

    @Override
    public void end(int job) {
        for (Spot spot : places.remove(job)) {
            holders.remove(at(spot.board(), spot.placement()));
            fleet.give(spot.board(), spot.placement());
        }
    }

    @Override
    public int gpu(int job) {
        return places.get(job)[0].board().number();
    }

    @Override
    public long moves() {
        return moves;
    }
}
