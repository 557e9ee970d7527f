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
import java.util.Optional;

/**
 * Keeps GPUs free for those who would wait for ever, since smaller requests fill every gap before them: nobody else is placed on
 * a kept GPU, so every lease that ends there brings the gang nearer, and it runs at the latest when the last has ended.
 */
public final class Reservations {
    private Reservations() {}

    /**
     * Places for all members at once; nothing is taken yet.
     *
     * @return empty if there is not room for all
     */
    public static Optional<List<Spot>> place(Fleet fleet, Gang gang) {
        for (List<Board> boards : groups(fleet, gang)) {
            List<Spot> spots = new ArrayList<>();
            Spot next = best(boards, gang);
            while (next != null) {
                fleet.take(next.board(), next.placement(), Double.POSITIVE_INFINITY);
                spots.add(next);
                next = spots.size() < gang.count() ? best(boards, gang) : null;
            }
            spots.forEach(spot -> fleet.give(spot.board(), spot.placement()));
            if (spots.size() == gang.count()) {
                return Optional.of(spots);
            }
        }
        return Optional.empty();
    }

    /**
     * Keeps as many GPUs for the gang as it needs, those on which the least is taken; what was kept for it before stays.
     *
     * @return false if no group of GPUs, were it empty and kept for nobody else, has room for it
     */
    public static boolean keep(Fleet fleet, Gang gang) {
        List<Board> cheapest = List.of();
        int least = Integer.MAX_VALUE;
        for (List<Board> boards : groups(fleet, gang)) {
            List<Board> needed = needed(boards, gang);
            int taken = needed.stream()
                    .mapToInt(b -> b.geometry().grid() - b.state().free())
                    .sum();
            if (!needed.isEmpty() && taken < least) {
                least = taken;
                cheapest = needed;
            }
        }
        cheapest.forEach(board -> fleet.keep(board, gang.name()));
        return !cheapest.isEmpty();
    }

    /**
     * Who can leave the GPUs that are kept for the gang, since it may be restarted and there is room elsewhere.
     *
     * @param worth memory slices times seconds that the gang would use; moves that cost as much are not made
     * @return moves to be made; nothing is moved yet
     */
    public static List<Move> drain(Fleet fleet, Gang gang, double worth) {
        List<Move> moves = new ArrayList<>();
        double left = worth;
        for (Board board : fleet.all()) {
            if (!board.keptFor().equals(gang.name())) {
                continue;
            }
            for (Resident resident : board.residents()) {
                double cost = Rearrangement.cost(board, resident);
                Spot to = cost < left ? fleet.best(board.geometry().request(resident.placement())) : null;
                if (to != null) {
                    fleet.take(to.board(), to.placement(), Double.POSITIVE_INFINITY);
                    moves.add(new Move(board, resident, to));
                    left -= cost;
                }
            }
        }
        moves.forEach(move -> fleet.give(move.to().board(), move.to().placement()));
        return moves;
    }

    /** Opens to everybody what was kept for that one. */
    public static void release(Fleet fleet, String name) {
        for (Board board : fleet.all()) {
            if (board.keptFor().equals(name)) {
                fleet.keep(board, "");
            }
        }
    }

    /** GPUs that the gang may use, kept for it or for nobody; one group, or one a host. */
    private static Iterable<List<Board>> groups(Fleet fleet, Gang gang) {
        Map<String, List<Board>> result = new LinkedHashMap<>();
        for (Board board : fleet.all()) {
            if (board.keptFor().isEmpty() || board.keptFor().equals(gang.name())) {
                result.computeIfAbsent(gang.oneHost() ? board.host() : "", host -> new ArrayList<>())
                        .add(board);
            }
        }
        return result.values();
    }

    private static List<Board> needed(List<Board> boards, Gang gang) {
        List<Board> sorted = new ArrayList<>(boards);
        sorted.sort(Comparator.comparing((Board b) -> b.keptFor().isEmpty())
                .thenComparingInt(b -> b.geometry().grid() - b.state().free())
                .thenComparingInt(Board::number));
        List<Board> result = new ArrayList<>();
        int room = 0;
        for (Board board : sorted) {
            int here = capacity(board.geometry(), gang.each());
            if (here > 0 && room < gang.count()) {
                result.add(board);
                room += here;
            }
        }
        return room < gang.count() ? List.of() : result;
    }

    /** How many members an empty GPU has room for. */
    private static int capacity(Geometry geometry, SliceRequest each) {
        Geometry.State state = geometry.empty();
        int members = 0;
        for (int placement : geometry.serving(each)) {
            if (state.after(placement) != null) {
                state = state.after(placement);
                members++;
            }
        }
        return members;
    }

    private static Spot best(List<Board> boards, Gang gang) {
        Spot best = null;
        for (Board board : boards) {
            Spot next = Fleet.best(board, gang.each());
            if (next != null && (best == null || ORDER.compare(next, best) < 0)) {
                best = next;
            }
        }
        return best;
    }

    private static final Comparator<Spot> ORDER = Comparator.comparing(
                    (Spot s) -> s.board().keptFor().isEmpty())
            .thenComparingLong(Spot::loss)
            .thenComparingInt(s -> s.board().state().free());
}
