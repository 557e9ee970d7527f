package io.tomogrid.slices;

import io.tomogrid.slices.Fleet.Board;
import io.tomogrid.slices.Fleet.Resident;
import io.tomogrid.slices.Fleet.Spot;
import io.tomogrid.slices.Rearrangement.Move;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
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
    private final List<Alike> alike = new ArrayList<>();
    /** Memory slices that nobody has, on all boards. */
    private final int free;

    private int attempts;

    private record Change(Board board, Resident resident, boolean taken) {}

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
        this.free = fleet.free();
        fleet.forEachLayout((boards, layout) -> alike.add(new Alike(fleet, layout, (BitSet) boards.clone())));
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
        for (long rest = next.board.layout() & geometry.overlapping(next.placement); rest != 0; rest &= rest - 1) {
            going.add(next.board.resident(Long.numberOfTrailingZeros(rest)));
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
        List<Try> result = new ArrayList<>();
        for (Alike boards : alike) {
            Board any = boards.any();
            if (any != null) {
                look(boards, any, request, budget, worth, result);
            }
        }
        for (Board board : changed()) {
            look(Alike.of(fleet, board), board, request, budget, worth, result);
        }
        result.sort(Try.ORDER);
        return result;
    }

    private void look(Alike boards, Board any, SliceRequest request, int budget, double worth, List<Try> result) {
        Geometry geometry = any.geometry();
        for (int placement : fleet.serving(any, request)) {
            long going = boards.layout & geometry.overlapping(placement);
            if (Long.bitCount(going) > budget
                    || geometry.placement(placement).profile().memorySlices() > free) {
                continue;
            }
            Geometry.State left = any.state();
            for (long rest = going; rest != 0; rest &= rest - 1) {
                left = left.before(Long.numberOfTrailingZeros(rest));
            }
            if (left.after(placement) == null) {
                continue;
            }
            Board cheapest = boards.cheapest(placement);
            double cost = cost(cheapest, placement);
            if (cost < worth) {
                Demand demand = fleet.demand(any);
                long loss = demand.capacity(any.state()) - demand.capacity(left.after(placement));
                result.add(new Try(cheapest, placement, Long.bitCount(going), cost, loss));
            }
        }
    }

    private List<Board> changed() {
        List<Board> result = new ArrayList<>();
        for (Change change : journal) {
            if (!result.contains(change.board)) {
                result.add(change.board);
            }
        }
        return result;
    }

    /** Boards with the same placements taken when the search began; those that it changed since count no more. */
    private static final class Alike {
        private final Fleet fleet;
        private final long layout;
        private final BitSet boards;
        private final Map<Integer, Board> cheapest = new HashMap<>();

        Alike(Fleet fleet, long layout, BitSet boards) {
            this.fleet = fleet;
            this.layout = layout;
            this.boards = boards;
        }

        static Alike of(Fleet fleet, Board board) {
            BitSet only = new BitSet();
            only.set(board.number());
            return new Alike(fleet, board.layout(), only);
        }

        /** @return null if all were changed */
        Board any() {
            for (int n = boards.nextSetBit(0); n >= 0; n = boards.nextSetBit(n + 1)) {
                if (fleet.board(n).layout() == layout) {
                    return fleet.board(n);
                }
            }
            return null;
        }

        Board cheapest(int placement) {
            Board known = cheapest.get(placement);
            if (known != null && known.layout() == layout) {
                return known;
            }
            Board best = null;
            double least = Double.POSITIVE_INFINITY;
            for (int n = boards.nextSetBit(0); n >= 0 && least > 0; n = boards.nextSetBit(n + 1)) {
                Board board = fleet.board(n);
                if (board.layout() == layout) {
                    double cost = cost(board, placement);
                    if (best == null || cost < least) {
                        best = board;
                        least = cost;
                    }
                }
            }
            cheapest.put(placement, best);
            return best;
        }
    }

    /** Of all whose windows overlap the placement's. */
    private static double cost(Board board, int placement) {
        double cost = 0;
        for (long rest = board.layout() & board.geometry().overlapping(placement); rest != 0; rest &= rest - 1) {
            cost += Rearrangement.cost(board, board.resident(Long.numberOfTrailingZeros(rest)));
        }
        return cost;
    }

    private void leave(Board board, Resident resident) {
        fleet.give(board, resident.placement());
        journal.add(new Change(board, resident, false));
    }

    /** Whoever was moved once stays. */
    private void enter(Board board, int placement) {
        fleet.take(board, placement, Double.POSITIVE_INFINITY);
        journal.add(new Change(board, board.resident(placement), true));
    }

    private void undo(int mark, int movesMark) {
        while (journal.size() > mark) {
            Change change = journal.remove(journal.size() - 1);
            if (change.taken) {
                fleet.give(change.board, change.resident.placement());
            } else {
                fleet.take(
                        change.board,
                        change.resident.placement(),
                        change.resident.restartLoss(),
                        change.resident.workload());
            }
        }
        moves.subList(movesMark, moves.size()).clear();
    }
}
