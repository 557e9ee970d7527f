package io.tomogrid.slices;

import java.util.List;

/**
 * Moves that make room, in an order in which each target is free when its turn comes after all sources were left.
 *
 * @param spot the place that is free after them
 * @param moves who goes where
 */
public record Rearrangement(Fleet.Spot spot, List<Move> moves) {
    /** @param from where it works now @param resident who @param to where it is started anew */
    public record Move(Fleet.Board from, Fleet.Resident resident, Fleet.Spot to) {}

    public Rearrangement {
        moves = List.copyOf(moves);
    }

    /** Memory slices times seconds of work that are done twice. */
    public double cost() {
        return moves.stream().mapToDouble(m -> cost(m.from(), m.resident())).sum();
    }

    static double cost(Fleet.Board board, Fleet.Resident resident) {
        return board.geometry().placement(resident.placement()).profile().memorySlices() * resident.restartLoss();
    }
}
