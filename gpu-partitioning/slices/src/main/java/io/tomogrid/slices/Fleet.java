package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/**
 * GPUs and what is taken on them, kept so that a place is found without looking at every GPU. Not safe for several threads.
 *
 * <p>Memory is linear in the GPUs: a board each, and one bit each for every state in which some GPU is.
 */
public final class Fleet {
    private final List<Board> boards = new ArrayList<>();
    private final Map<Geometry, Pool> pools = new LinkedHashMap<>();
    /** Boards with idle slices. */
    private final BitSet standing = new BitSet();

    /**
     * Who has a placement.
     *
     * @param placement number of the placement in the board's geometry
     * @param restartLoss seconds of work that are lost when it is moved; infinite when it may not be
     */
    public record Resident(int placement, double restartLoss) {
        public boolean movable() {
            return restartLoss < Double.POSITIVE_INFINITY;
        }
    }

    /**
     * A placement on a board.
     *
     * @param loss capacity that is lost by it, see {@link Demand}
     */
    public record Spot(Board board, int placement, long loss) {}

    /** One GPU. */
    public static final class Board {
        private final int number;
        private final String host;
        private final int gpu;
        private final Pool pool;
        private final Resident[] at;
        private Geometry.State state;
        private long layout;
        private long idle;
        private long ready;
        private String keptFor = "";

        private Board(int number, String host, int gpu, Pool pool) {
            this.number = number;
            this.host = host;
            this.gpu = gpu;
            this.pool = pool;
            this.state = pool.geometry.empty();
            this.at = new Resident[pool.geometry.grid()];
        }

        /** In the order in which boards were added, from 0. */
        public int number() {
            return number;
        }

        public String host() {
            return host;
        }

        /** NVML index on its host. */
        public int gpu() {
            return gpu;
        }

        public Geometry geometry() {
            return pool.geometry;
        }

        public Geometry.State state() {
            return state;
        }

        /** Who is there, in the order of the memory slices. */
        public List<Resident> residents() {
            List<Resident> result = new ArrayList<>();
            for (Resident resident : at) {
                if (resident != null) {
                    result.add(resident);
                }
            }
            return result;
        }

        /** Bit n is set when a slice that nobody has stands at placement n. */
        long idle() {
            return idle;
        }

        /** Those of {@link #idle} that can be used as they are. */
        long ready() {
            return ready;
        }

        /** Idle slices whose windows overlap that placement's. */
        long inTheWay(int placement) {
            return idle & geometry().overlapping(placement) & ~(1L << placement);
        }

        /** Bit n is set when placement n is taken. */
        long layout() {
            return layout;
        }

        /** Who has that placement, which is taken. */
        Resident resident(int placement) {
            return at[geometry().placement(placement).start()];
        }

        /** For whom it is kept free; empty when for nobody. */
        public String keptFor() {
            return keptFor;
        }
    }

    /** Boards of one geometry, by state. */
    private static final class Pool {
        private final Geometry geometry;
        private final BitSet[] boards;
        private final BitSet inhabited = new BitSet();
        /** Finer than by state: by the placements that are taken, since these could move. */
        private final Map<Long, BitSet> byLayout = new HashMap<>();

        private int free;
        private final Map<SliceRequest, Demand.Table> tables = new HashMap<>();
        private Demand demand;

        Pool(Geometry geometry) {
            this.geometry = geometry;
            this.demand = Demand.even(geometry);
            this.boards = new BitSet[geometry.states()];
        }

        void enter(Board board) {
            int state = board.state.number();
            if (boards[state] == null) {
                boards[state] = new BitSet();
            }
            boards[state].set(board.number);
            inhabited.set(state);
            byLayout.computeIfAbsent(board.layout, layout -> new BitSet()).set(board.number);
            free += board.state.free();
        }

        void leave(Board board) {
            int state = board.state.number();
            boards[state].clear(board.number);
            if (boards[state].isEmpty()) {
                inhabited.clear(state);
            }
            byLayout.get(board.layout).clear(board.number);
            free -= board.state.free();
        }

        Demand.Table table(SliceRequest request) {
            return tables.computeIfAbsent(request, demand::table);
        }
    }

    /** @return an empty GPU of that geometry, which belongs to this fleet now */
    public Board add(Geometry geometry, String host, int gpu) {
        Board board = new Board(boards.size(), host, gpu, pools.computeIfAbsent(geometry, Pool::new));
        boards.add(board);
        board.pool.enter(board);
        return board;
    }

    /** The same, kept for somebody from the beginning. */
    Board addKept(Geometry geometry, String host, int gpu, String whom) {
        Board board = new Board(boards.size(), host, gpu, pools.computeIfAbsent(geometry, Pool::new));
        board.keptFor = whom;
        boards.add(board);
        return board;
    }

    /** By what is asked for from now on, capacity is weighed. */
    public void expect(Geometry geometry, Demand demand) {
        Pool pool = pools.get(geometry);
        pool.demand = demand;
        pool.tables.clear();
    }

    Collection<Geometry> kinds() {
        return pools.keySet();
    }

    public List<Board> boards() {
        return List.copyOf(boards);
    }

    /** Not copied. */
    List<Board> all() {
        return boards;
    }

    /**
     * Room for a request that has no {@link #best} place, made by moves; nothing is moved yet.
     *
     * @param worth memory slices times seconds that the request would use; moves that cost as much are not made
     * @return null if it cannot be done or does not pay
     */
    public Rearrangement rearrange(SliceRequest request, MoveRules rules, double worth) {
        return rules.most() == 0 ? null : new Defragmenter(this, rules).find(request, worth);
    }

    /** Does the moves. The moved keep what a restart costs them. */
    public void apply(List<Rearrangement.Move> moves) {
        moves.forEach(m -> give(m.from(), m.resident().placement()));
        moves.forEach(m -> take(m.to().board(), m.to().placement(), m.resident().restartLoss()));
    }

    public Board board(int number) {
        return boards.get(number);
    }

    public int size() {
        return boards.size();
    }

    public Demand demand(Board board) {
        return board.pool.demand;
    }

    /** @throws IllegalArgumentException if it does not fit beside what is taken */
    public void take(Board board, int placement, double restartLoss) {
        Geometry.State next = board.state.after(placement);
        if (next == null) {
            throw new IllegalArgumentException(board.geometry().placement(placement) + " does not fit on GPU "
                    + board.number + ", of which " + board.residents() + " are taken");
        }
        change(board, next, board.layout | 1L << placement);
        board.at[board.geometry().placement(placement).start()] = new Resident(placement, restartLoss);
    }

    /** @throws IllegalArgumentException if it is not taken */
    public void give(Board board, int placement) {
        int start = board.geometry().placement(placement).start();
        if (board.at[start] == null || board.at[start].placement() != placement) {
            throw new IllegalArgumentException(
                    board.geometry().placement(placement) + " is not taken on GPU " + board.number);
        }
        board.at[start] = null;
        change(board, board.state.before(placement), board.layout & ~(1L << placement));
    }

    /** Tells of the slices that exist on a board and that nobody has; the ready ones can be used as they are. */
    void stand(Board board, long idle, long ready) {
        board.idle = idle;
        board.ready = ready;
        standing.set(board.number, idle != 0);
    }

    /** From now on nobody but that one is given a place there; {@code ""} opens it for everybody. */
    public void keep(Board board, String whom) {
        if (board.keptFor.isEmpty()) {
            board.pool.leave(board);
        }
        board.keptFor = whom;
        if (whom.isEmpty()) {
            board.pool.enter(board);
        }
    }

    private static void change(Board board, Geometry.State next, long layout) {
        if (board.keptFor.isEmpty()) {
            board.pool.leave(board);
        }
        board.state = next;
        board.layout = layout;
        if (board.keptFor.isEmpty()) {
            board.pool.enter(board);
        }
    }

    /** Memory slices that nobody has, on boards that are kept for nobody. */
    int free() {
        return pools.values().stream().mapToInt(pool -> pool.free).sum();
    }

    /** Boards that are kept for nobody, together those on which the same placements are taken. */
    void forEachLayout(ObjLongConsumer<BitSet> action) {
        for (Pool pool : pools.values()) {
            pool.byLayout.forEach((layout, alike) -> {
                if (!alike.isEmpty()) {
                    action.accept(alike, layout);
                }
            });
        }
    }

    /**
     * An idle slice of the smallest profile that serves, else the place that loses the least capacity; of several that of the
     * fullest GPU, then the one for which the least is destroyed, then the first.
     *
     * @return null if there is none
     */
    public Spot best(SliceRequest request) {
        Offer best = null;
        for (Pool pool : pools.values()) {
            Demand.Table table = pool.table(request);
            for (int s = pool.inhabited.nextSetBit(0); s >= 0; s = pool.inhabited.nextSetBit(s + 1)) {
                if (table.placement()[s] >= 0) {
                    Board first = boards.get(pool.boards[s].nextSetBit(0));
                    best = Offer.better(best, new Offer(first, table.placement()[s], table.loss()[s], false));
                }
            }
        }
        for (int n = standing.nextSetBit(0); n >= 0; n = standing.nextSetBit(n + 1)) {
            Board board = boards.get(n);
            if (board.keptFor.isEmpty()) {
                best = offers(board, request, best);
            }
        }
        return best == null ? null : new Spot(best.board, best.placement, best.loss);
    }

    private static Offer offers(Board board, SliceRequest request, Offer best) {
        Demand.Table table = board.pool.table(request);
        for (int placement : table.serving()) {
            if (board.state.after(placement) != null) {
                boolean exact = (board.ready & 1L << placement) != 0
                        && board.geometry().profileOf(placement)
                                == board.geometry().profileOf(table.serving()[0]);
                best = Offer.better(
                        best, new Offer(board, placement, board.pool.demand.loss(board.state, placement), exact));
            }
        }
        return best;
    }

    /** One of the places from which the best is chosen. */
    private record Offer(Board board, int placement, long loss, boolean exact) {
        private static final Comparator<Offer> ORDER = Comparator.comparing((Offer o) -> !o.exact)
                .thenComparingLong(Offer::loss)
                .thenComparingInt(o -> o.board.state.free())
                .thenComparing((Offer o) -> !o.exists())
                .thenComparingInt(o -> o.exists() ? 0 : Long.bitCount(o.board.inTheWay(o.placement)))
                .thenComparing(
                        o -> o.board.geometry().placement(o.placement).profile(),
                        Comparator.comparingInt(GpuProfile::computeSlices))
                .thenComparingInt(o -> o.board.number)
                .thenComparingInt(Offer::placement);

        boolean exists() {
            return (board.ready & 1L << placement) != 0;
        }

        static Offer better(Offer a, Offer b) {
            return a == null || ORDER.compare(b, a) < 0 ? b : a;
        }
    }

    int[] serving(Board board, SliceRequest request) {
        return board.pool.table(request).serving();
    }

    /** The same on one board, whomever it is kept for. */
    static Spot best(Board board, SliceRequest request) {
        Demand.Table table = board.pool.table(request);
        int s = board.state.number();
        return table.placement()[s] < 0 ? null : new Spot(board, table.placement()[s], table.loss()[s]);
    }
}
