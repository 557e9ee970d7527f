package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    /** Numbers of workloads, so that neighbours are weighed without comparing names; 0 is of those that are not known. */
    private final Map<String, Integer> workloads = new HashMap<>(Map.of("", 0));

    /**
     * Who has a placement.
     *
     * @param placement number of the placement in the board's geometry
     * @param restartLoss seconds of work that are lost when it is moved; infinite when it may not be
     * @param workload what works there, as {@link Interference} names it; empty when nothing does or it is not known
     */
    public record Resident(int placement, double restartLoss, String workload) {
        public boolean movable() {
            return restartLoss < Double.POSITIVE_INFINITY;
        }
    }

    /**
     * A placement on a board.
     *
     * @param loss capacity that is lost by it, see {@link Demand}
     * @param hurt that of {@link Interference} there; 0 where nothing is known
     * @param instead the place that would have been taken had nothing been known of the neighbours; empty when it is this one
     */
    public record Spot(Board board, int placement, long loss, double hurt, Optional<Spot> instead) {
        Spot(Board board, int placement, long loss) {
            this(board, placement, loss, 0, Optional.empty());
        }
    }

    /** One GPU. */
    public static final class Board {
        private final int number;
        private final String host;
        private final int gpu;
        private final Pool pool;
        private final Resident[] at;
        private final int[] workloads;
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
            this.workloads = new int[at.length];
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

        Pool pool() {
            return pool;
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

        /** @param excess by number of workload */
        long hurt(long[] excess) {
            long sum = 0;
            for (int workload : workloads) {
                sum += excess[workload];
            }
            return sum;
        }

        /** For whom it is kept free; empty when for nobody. */
        public String keptFor() {
            return keptFor;
        }
    }

    /** Boards of one geometry, by state. */
    static final class Pool {
        final Geometry geometry;
        final BitSet[] boards;
        final BitSet inhabited = new BitSet();
        /** Finer than by state: by the placements that are taken, since these could move. */
        private final Map<Long, BitSet> byLayout = new HashMap<>();

        private int free;
        private final Map<SliceRequest, Demand.Table> tables = new HashMap<>();
        Demand demand;

        private Pool(Geometry geometry) {
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

    Collection<Pool> pools() {
        return pools.values();
    }

    /** Bit n is set when board n has idle slices. Not copied. */
    BitSet standing() {
        return standing;
    }

    /** @return -1 if it is on no board */
    int numberOf(String workload) {
        return workloads.getOrDefault(workload, -1);
    }

    /** How many numbers there are. */
    int workloads() {
        return workloads.size();
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
        moves.forEach(m -> take(
                m.to().board(),
                m.to().placement(),
                m.resident().restartLoss(),
                m.resident().workload()));
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
        take(board, placement, restartLoss, "");
    }

    /** The same for a workload that is known. */
    public void take(Board board, int placement, double restartLoss, String workload) {
        Geometry.State next = board.state.after(placement);
        if (next == null) {
            throw new IllegalArgumentException(board.geometry().placement(placement) + " does not fit on GPU "
                    + board.number + ", of which " + board.residents() + " are taken");
        }
        change(board, next, board.layout | 1L << placement);
        int start = board.geometry().placement(placement).start();
        board.at[start] = new Resident(placement, restartLoss, workload);
        board.workloads[start] = workloads.computeIfAbsent(workload, name -> workloads.size());
    }

    /** @throws IllegalArgumentException if it is not taken */
    public void give(Board board, int placement) {
        int start = board.geometry().placement(placement).start();
        if (board.at[start] == null || board.at[start].placement() != placement) {
            throw new IllegalArgumentException(
                    board.geometry().placement(placement) + " is not taken on GPU " + board.number);
        }
        board.at[start] = null;
        board.workloads[start] = 0;
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
        return best(request, Interference.UNKNOWN);
    }

    /**
     * The same; of those that cost as much, an idle slice or the same loss of capacity, that on the GPU where the neighbours and the new
     * one hurt each other the least.
     */
    public Spot best(SliceRequest request, Interference with) {
        return new Choice(this, request).best(with);
    }

    /** What the neighbours on a board and a new one there would lose to each other, see {@link Interference}; in parts. */
    public double hurt(Board board, Interference with) {
        return Interference.parts(board.hurt(Choice.excess(this, with)));
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
