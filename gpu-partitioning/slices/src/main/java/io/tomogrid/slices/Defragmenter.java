package io.tomogrid.slices;

import io.tomogrid.slices.Fleet.Board;
import io.tomogrid.slices.Fleet.Resident;
import io.tomogrid.slices.Fleet.Spot;
import io.tomogrid.slices.Rearrangement.Move;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes room for a request that fits nowhere although enough is free, by moving few running jobs.
 *
 * <p>For each place that the request could have, those who stand there would go; the places are tried in the order of what that
 * costs, and where those who go find no place themselves, room is made for them in the same way while the bound on moves lasts.
 */
final class Defragmenter {
    private final Fleet fleet;
    private final MoveRules rules;
    /** What was done to the fleet, to be undone. */
    private final List<Change> journal = new ArrayList<>();

    private final List<Move> moves = new ArrayList<>();
    private int attempts;

    private record Change(Board board, int placement, double restartLoss, boolean taken) {}

    /** A place and who would have to go. */
    private record Try(Board board, int placement, int moves, double cost, long loss) {
        static final Comparator<Try> ORDER = Comparator.comparingDouble(Try::cost)
                .thenComparingInt(Try::moves)
                .thenComparingLong(Try::loss)
                .thenComparingInt(t -> t.board.number())
                .thenComparingInt(Try::placement);
    }

    Defragmenter(Fleet fleet, MoveRules rules) {
        this.fleet = fleet;
        this.rules = rules;
    }

    /**
     * @param worth memory slices times seconds that the request would use; moves that cost as much are not made
     * @return null if it cannot be done or does not pay; the fleet is as it was in any case
     */
    Rearrangement find(SliceRequest request, double worth) {
        Rearrangement best = null;
        long bestLoss = Long.MAX_VALUE;
        for (Try next : tries(request, rules.most(), worth)) {
            if (best != null
                    && (next.cost > best.cost() || next.moves > best.moves().size())) {
                break;
            }
            if (attempt(next, rules.most(), worth)) {
                Rearrangement found = new Rearrangement(new Spot(next.board, next.placement, next.loss), moves);
                long loss =
                        next.loss + moves.stream().mapToLong(m -> m.to().loss()).sum();
                if (best == null
                        || found.cost() < best.cost()
                        || found.cost() == best.cost()
                                && (moves.size() < best.moves().size()
                                        || moves.size() == best.moves().size() && loss < bestLoss)) {
                    best = found;
                    bestLoss = loss;
                }
                undo(0, 0);
            }
        }
        return best;
    }

    /** Does one try; on failure nothing has changed. */
    private boolean attempt(Try next, int budget, double worth) {
        if (attempts++ >= rules.tries()) {
            return false;
        }
        int mark = journal.size();
        int movesMark = moves.size();
        Geometry geometry = next.board.geometry();
        List<Resident> going = new ArrayList<>(next.moves);
        for (Resident resident : next.board.residents()) {
            if ((geometry.window(resident.placement()) & geometry.window(next.placement)) != 0) {
                going.add(resident);
            }
        }
        going.sort(Comparator.comparingInt((Resident r) ->
                        -geometry.placement(r.placement()).profile().memorySlices())
                .thenComparingInt(Resident::placement));
        going.forEach(resident -> leave(next.board, resident));
        if (next.board.state().after(next.placement) == null) {
            undo(mark, movesMark);
            return false;
        }
        enter(next.board, next.placement);
        int left = budget - going.size();
        double rest = worth - next.cost;
        for (Resident resident : going) {
            int before = moves.size();
            SliceRequest need = geometry.request(resident.placement());
            Spot to = fleet.best(need);
            if (to != null) {
                enter(to.board(), to.placement());
            } else if (left > 0) {
                to = makeRoom(need, left, rest);
            }
            if (to == null) {
                undo(mark, movesMark);
                return false;
            }
            for (Move deeper : moves.subList(before, moves.size())) {
                left--;
                rest -= Rearrangement.cost(deeper.from(), deeper.resident());
            }
            moves.add(new Move(next.board, resident, to));
        }
        return true;
    }

    private Spot makeRoom(SliceRequest need, int budget, double worth) {
        for (Try next : tries(need, budget, worth)) {
            if (attempt(next, budget, worth)) {
                return new Spot(next.board, next.placement, next.loss);
            }
        }
        return null;
    }

    /**
     * The places that could be had, cheapest first. Of boards that are let in the same way one, the cheapest, stands for all: where
     * one try fails, the others would.
     */
    private List<Try> tries(SliceRequest request, int budget, double worth) {
        Map<Geometry, Map<Long, List<Board>>> alike = new LinkedHashMap<>();
        int free = 0;
        for (Board board : fleet.all()) {
            if (board.keptFor().isEmpty()) {
                free += board.state().free();
                alike.computeIfAbsent(board.geometry(), g -> new LinkedHashMap<>())
                        .computeIfAbsent(board.layout(), layout -> new ArrayList<>())
                        .add(board);
            }
        }
        List<Try> result = new ArrayList<>();
        for (Map.Entry<Geometry, Map<Long, List<Board>>> kind : alike.entrySet()) {
            for (int placement : kind.getKey().serving(request)) {
                if (kind.getKey().placement(placement).profile().memorySlices() <= free) {
                    for (List<Board> boards : kind.getValue().values()) {
                        look(boards, placement, budget, worth, result);
                    }
                }
            }
        }
        result.sort(Try.ORDER);
        return result;
    }

    private void look(List<Board> alike, int placement, int budget, double worth, List<Try> result) {
        Board board = alike.get(0);
        Geometry geometry = board.geometry();
        Geometry.State state = board.state();
        int going = 0;
        for (int slice = 0; slice < geometry.grid(); slice++) {
            Resident resident = board.startingAt(slice);
            if (resident != null && (geometry.window(resident.placement()) & geometry.window(placement)) != 0) {
                state = state.before(resident.placement());
                if (++going > budget) {
                    return;
                }
            }
        }
        if (state.after(placement) == null) {
            return;
        }
        Board cheapest = null;
        double least = worth;
        for (Board next : alike) {
            double cost = cost(next, placement);
            if (cost < least) {
                least = cost;
                cheapest = next;
            }
        }
        if (cheapest != null) {
            Demand demand = fleet.demand(board);
            long loss = demand.capacity(board.state()) - demand.capacity(state.after(placement));
            result.add(new Try(cheapest, placement, going, least, loss));
        }
    }

    /** Of all whose windows overlap the placement's. */
    private static double cost(Board board, int placement) {
        double cost = 0;
        Geometry geometry = board.geometry();
        for (int slice = 0; slice < geometry.grid(); slice++) {
            Resident resident = board.startingAt(slice);
            if (resident != null && (geometry.window(resident.placement()) & geometry.window(placement)) != 0) {
                cost += Rearrangement.cost(board, resident);
            }
        }
        return cost;
    }

    private void leave(Board board, Resident resident) {
        fleet.give(board, resident.placement());
        journal.add(new Change(board, resident.placement(), resident.restartLoss(), false));
    }

    /** Whoever was moved once stays. */
    private void enter(Board board, int placement) {
        fleet.take(board, placement, Double.POSITIVE_INFINITY);
        journal.add(new Change(board, placement, Double.POSITIVE_INFINITY, true));
    }

    private void undo(int mark, int movesMark) {
        while (journal.size() > mark) {
            Change change = journal.remove(journal.size() - 1);
            if (change.taken) {
                fleet.give(change.board, change.placement);
            } else {
                fleet.take(change.board, change.placement, change.restartLoss);
            }
        }
        moves.subList(movesMark, moves.size()).clear();
    }
}
