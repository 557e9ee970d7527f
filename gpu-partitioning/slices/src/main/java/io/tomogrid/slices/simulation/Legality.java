package io.tomogrid.slices.simulation;

import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Geometry;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Rearrangement;
import io.tomogrid.slices.SliceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Decisions in great number, each applied to plain sets of placements under the rule by which the simulated device refuses
 * ({@link Placement#fitsBeside}), which knows of none of the planner's tables.
 */
public record Legality(List<GpuProfile> profiles, int gpus, long seed) {
    /** @param illegal placements that the device would have refused, and moves of who may not be moved */
    public record Outcome(long decisions, long granted, long moves, long illegal) {}

    public Outcome run(long decisions) {
        Random random = new Random(seed);
        Fleet fleet = new Fleet();
        Geometry geometry = Geometry.of(profiles);
        List<List<Placement>> device = new ArrayList<>();
        for (int n = 0; n < gpus; n++) {
            fleet.add(geometry, "simulated", n);
            device.add(new ArrayList<>());
        }
        long granted = 0;
        long moves = 0;
        long illegal = 0;
        for (long made = 0; made < decisions; ) {
            if (random.nextInt(2) == 0) {
                end(fleet, device, random);
                continue;
            }
            made++;
            GpuProfile wanted = profiles.get(random.nextInt(profiles.size()));
            SliceRequest request = new SliceRequest(wanted.memoryBytes(), wanted.computeSlices());
            Fleet.Spot spot = fleet.best(request);
            if (spot == null) {
                Rearrangement room = fleet.rearrange(request, MoveRules.USUAL, Integer.MAX_VALUE);
                if (room == null) {
                    continue;
                }
                for (Rearrangement.Move move : room.moves()) {
                    boolean was = device.get(move.from().number())
                            .remove(geometry.placement(move.resident().placement()));
                    illegal += was && move.resident().movable() ? 0 : 1;
                }
                for (Rearrangement.Move move : room.moves()) {
                    illegal += put(
                            device.get(move.to().board().number()),
                            geometry.placement(move.to().placement()));
                }
                moves += room.moves().size();
                fleet.apply(room.moves());
                spot = room.spot();
            }
            granted++;
            illegal += put(device.get(spot.board().number()), geometry.placement(spot.placement()));
            illegal += geometry.placement(spot.placement()).profile().serves(request) ? 0 : 1;
            double restartLoss = random.nextInt(3) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(10);
            fleet.take(spot.board(), spot.placement(), restartLoss);
        }
        return new Outcome(decisions, granted, moves, illegal);
    }

    private static void end(Fleet fleet, List<List<Placement>> device, Random random) {
        Fleet.Board board = fleet.board(random.nextInt(fleet.size()));
        List<Fleet.Resident> residents = board.residents();
        if (!residents.isEmpty()) {
            int placement = residents.get(random.nextInt(residents.size())).placement();
            fleet.give(board, placement);
            device.get(board.number()).remove(board.geometry().placement(placement));
        }
    }

    private static int put(List<Placement> layout, Placement placement) {
        int refused = placement.fitsBeside(layout) ? 0 : 1;
        layout.add(placement);
        return refused;
    }
}
