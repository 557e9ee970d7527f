package io.tomogrid.slices;

import io.tomogrid.slices.Fleet.Board;
import io.tomogrid.slices.Fleet.Pool;
import io.tomogrid.slices.Fleet.Spot;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Optional;

/** Where one request goes: of boards in the same state one is looked at, unless their neighbours differ. */
final class Choice {
    private final Fleet fleet;
    private final SliceRequest request;

    Choice(Fleet fleet, SliceRequest request) {
        this.fleet = fleet;
        this.request = request;
    }

    /** @return null if there is no place */
    Spot best(Interference with) {
        Offer first = first();
        if (first == null || with.excess().isEmpty()) {
            return first == null ? null : first.spot(0);
        }
        long[] excess = excess(fleet, with);
        Offer gentlest = gentlest(first, excess);
        Spot otherwise = first.spot(first.board.hurt(excess));
        return new Spot(
                gentlest.board,
                gentlest.placement,
                gentlest.loss,
                Interference.parts(gentlest.board.hurt(excess)),
                gentlest.board == first.board ? Optional.empty() : Optional.of(otherwise));
    }

    private Offer first() {
        Offer best = null;
        for (Pool pool : fleet.pools()) {
            Demand.Table table = pool.table(request);
            for (int s = pool.inhabited.nextSetBit(0); s >= 0; s = pool.inhabited.nextSetBit(s + 1)) {
                if (table.placement()[s] >= 0) {
                    Board first = fleet.board(pool.boards[s].nextSetBit(0));
                    best = Offer.better(best, new Offer(first, table.placement()[s], table.loss()[s], false));
                }
            }
        }
        for (int n = fleet.standing().nextSetBit(0);
                n >= 0;
                n = fleet.standing().nextSetBit(n + 1)) {
            Board board = fleet.board(n);
            if (board.keptFor().isEmpty()) {
                best = standing(board, best);
            }
        }
        return best;
    }

    /** Of all that cost as much as the first. */
    private Offer gentlest(Offer first, long[] excess) {
        Offer best = first;
        for (Pool pool : fleet.pools()) {
            Demand.Table table = pool.table(request);
            for (int s = pool.inhabited.nextSetBit(0); s >= 0; s = pool.inhabited.nextSetBit(s + 1)) {
                if (table.placement()[s] >= 0 && table.loss()[s] == first.loss && !first.exact) {
                    Board board = leastHurt(pool.boards[s], excess);
                    best = Offer.gentler(best, new Offer(board, table.placement()[s], first.loss, false), excess);
                }
            }
        }
        for (int n = fleet.standing().nextSetBit(0);
                n >= 0;
                n = fleet.standing().nextSetBit(n + 1)) {
            Board board = fleet.board(n);
            Offer here = board.keptFor().isEmpty() ? standing(board, null) : null;
            if (here != null && here.exact == first.exact && here.loss == first.loss) {
                best = Offer.gentler(best, here, excess);
            }
        }
        return best;
    }

    private Offer standing(Board board, Offer best) {
        Demand.Table table = board.pool().table(request);
        Offer result = best;
        for (int placement : table.serving()) {
            if (board.state().after(placement) != null) {
                boolean exact = (board.ready() & 1L << placement) != 0
                        && board.geometry().profileOf(placement)
                                == board.geometry().profileOf(table.serving()[0]);
                long loss = board.pool().demand.loss(board.state(), placement);
                result = Offer.better(result, new Offer(board, placement, loss, exact));
            }
        }
        return result;
    }

    /** By number of workload. */
    static long[] excess(Fleet fleet, Interference with) {
        long[] result = new long[fleet.workloads()];
        with.excess().forEach((workload, part) -> {
            int number = fleet.numberOf(workload);
            if (number >= 0) {
                result[number] = Interference.thousandths(part);
            }
        });
        return result;
    }

    private Board leastHurt(BitSet of, long[] excess) {
        Board best = null;
        long least = Long.MAX_VALUE;
        for (int n = of.nextSetBit(0); n >= 0 && least > 0; n = of.nextSetBit(n + 1)) {
            long hurt = fleet.board(n).hurt(excess);
            if (hurt < least) {
                least = hurt;
                best = fleet.board(n);
            }
        }
        return best;
    }

    /** One of the places from which the best is chosen. @param exact an idle slice of the smallest profile that serves */
    private record Offer(Board board, int placement, long loss, boolean exact) {
        private static final Comparator<Offer> ORDER = Comparator.comparing((Offer o) -> !o.exact)
                .thenComparingLong(Offer::loss)
                .thenComparingInt(o -> o.board.state().free())
                .thenComparing((Offer o) -> !o.exists())
                .thenComparingInt(o -> o.exists() ? 0 : Long.bitCount(o.board.inTheWay(o.placement)))
                .thenComparing(
                        o -> o.board.geometry().placement(o.placement).profile(),
                        Comparator.comparingInt(GpuProfile::computeSlices))
                .thenComparingInt(o -> o.board.number())
                .thenComparingInt(Offer::placement);

        boolean exists() {
            return (board.ready() & 1L << placement) != 0;
        }

        /** @param hurt in thousandths */
        Spot spot(long hurt) {
            return new Spot(board, placement, loss, Interference.parts(hurt), Optional.empty());
        }

        static Offer better(Offer a, Offer b) {
            return a == null || ORDER.compare(b, a) < 0 ? b : a;
        }

        /** Both cost as much. */
        static Offer gentler(Offer a, Offer b, long[] excess) {
            int order = Long.compare(b.board.hurt(excess), a.board.hurt(excess));
            return order < 0 || order == 0 && ORDER.compare(b, a) < 0 ? b : a;
        }
    }
}
