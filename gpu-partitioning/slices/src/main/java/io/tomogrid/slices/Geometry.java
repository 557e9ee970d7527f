package io.tomogrid.slices;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The ways in which GPUs of one kind can be occupied, as tables that are derived from the placements that the device reports.
 * Placements are numbered: those of profiles that jobs are given come first.
 */
public final class Geometry {
    /** The window of a placement is a bit set of this width. */
    private static final int WIDEST = 48;

    private static final int FEW_KINDS = 64;
    private static final Map<List<GpuProfile>, Geometry> KNOWN = new ConcurrentHashMap<>();

    private final List<GpuProfile> profiles;
    private final List<Placement> placements;
    private final int[] profileOf;
    private final long[] windows;
    private final long[] overlapping;
    private final SliceRequest[] requests;
    private final Map<String, int[]> numbers;
    private final int plainPlacements;
    private final int grid;
    /** Of these profiles the driver allows fewer instances than their windows would. */
    private final List<Integer> limited = new ArrayList<>();

    private final Map<Long, State> states = new HashMap<>();
    private final State empty;
    private Demand even;

    /**
     * What is taken on one GPU. Two GPUs on which the same memory slices are taken are in the same state, whoever took them.
     */
    public final class State {
        private final int number;
        private final long taken;
        private final State[] after;
        private final State[] before;
        private final int[] remaining;

        private State(int number, long key) {
            this.number = number;
            this.taken = key & (1L << grid) - 1;
            this.after = new State[placements.size()];
            this.before = new State[placements.size()];
            this.remaining = new int[profiles.size()];
        }

        /** Small and dense, to index tables by. */
        public int number() {
            return number;
        }

        /** Memory slices that nobody has. */
        public int free() {
            return grid - Long.bitCount(taken);
        }

        /** Bit n is set when memory slice n is taken. */
        public long taken() {
            return taken;
        }

        /** @return the state with that placement taken too; null if it does not fit */
        public State after(int placement) {
            return after[placement];
        }

        /** @return the state once that placement, which must be taken, is given back */
        public State before(int placement) {
            return before[placement];
        }

        /** How many instances of a profile could be made besides, as NVML's remaining capacity counts them. */
        public int remaining(int profile) {
            return remaining[profile];
        }
    }

    private Geometry(List<GpuProfile> all) {
        profiles = all.stream()
                .sorted(Comparator.comparing((GpuProfile p) -> !p.plain()).thenComparingInt(GpuProfile::profileEnum))
                .toList();
        placements = profiles.stream()
                .flatMap(p -> p.starts().stream().map(start -> new Placement(p, start)))
                .toList();
        grid = placements.stream().mapToInt(Placement::end).max().orElse(0);
        if (grid > WIDEST || placements.size() > Long.SIZE) {
            throw new IllegalArgumentException("a grid of " + grid + " memory slices with " + placements.size()
                    + " placements is wider than any GPU that this release knows");
        }
        numbers = numbers(placements, grid);
        plainPlacements =
                (int) placements.stream().filter(p -> p.profile().plain()).count();
        profileOf =
                placements.stream().mapToInt(p -> profiles.indexOf(p.profile())).toArray();
        requests = profiles.stream()
                .map(p -> new SliceRequest(p.memoryBytes(), p.computeSlices()))
                .toArray(SliceRequest[]::new);
        windows = placements.stream()
                .mapToLong(p -> (1L << p.end()) - (1L << p.start()))
                .toArray();
        overlapping = new long[windows.length];
        for (int n = 0; n < windows.length; n++) {
            for (int other = 0; other < windows.length; other++) {
                overlapping[n] |= (windows[n] & windows[other]) == 0 ? 0 : 1L << other;
            }
        }
        for (int p = 0; p < profiles.size(); p++) {
            if (profiles.get(p).plain() && disjoint(p, 0) > profiles.get(p).maxInstances()) {
                limited.add(p);
            }
        }
        empty = enumerate();
    }

    /** The same profiles give the same object. */
    public static Geometry of(List<GpuProfile> profiles) {
        Geometry known = KNOWN.get(profiles);
        if (known == null) {
            known = new Geometry(profiles);
            if (KNOWN.size() < FEW_KINDS) {
                KNOWN.put(List.copyOf(profiles), known);
            }
        }
        return known;
    }

    private State enumerate() {
        ArrayDeque<Long> open = new ArrayDeque<>(List.of(0L));
        states.put(0L, new State(0, 0));
        while (!open.isEmpty()) {
            long key = open.remove();
            State state = states.get(key);
            for (int n = 0; n < placements.size(); n++) {
                if ((state.taken & windows[n]) == 0 && instances(key, n) < most(n)) {
                    long next = key | windows[n];
                    next += one(n);
                    if (!states.containsKey(next)) {
                        states.put(next, new State(states.size(), next));
                        open.add(next);
                    }
                    state.after[n] = states.get(next);
                }
            }
        }
        states.forEach((key, state) -> {
            for (int n = 0; n < placements.size(); n++) {
                if ((state.taken & windows[n]) == windows[n]) {
                    state.before[n] = states.get((key & ~windows[n]) - one(n));
                }
            }
            for (int p = 0; p < profiles.size(); p++) {
                int room = disjoint(p, state.taken);
                int at = limited.indexOf(p);
                state.remaining[p] =
                        at < 0 ? room : Math.min(room, profiles.get(p).maxInstances() - count(key, at));
            }
        });
        return states.get(0L);
    }

    private int most(int placement) {
        return limited.contains(profileOf[placement])
                ? profiles.get(profileOf[placement]).maxInstances()
                : grid + 1;
    }

    private int instances(long key, int placement) {
        int at = limited.indexOf(profileOf[placement]);
        return at < 0 ? 0 : count(key, at);
    }

    /** A state's key: the taken memory slices, above them four bits of count for each limited profile. */
    private int count(long key, int at) {
        return (int) (key >> grid + 4 * at & 0xF);
    }

    private long one(int placement) {
        int at = limited.indexOf(profileOf[placement]);
        return at < 0 ? 0 : 1L << grid + 4 * at;
    }

    /** Windows of one profile are equally wide, so taking the first that fits gives the most. */
    private int disjoint(int profile, long taken) {
        int made = 0;
        long standing = taken;
        for (int n = 0; n < windows.length; n++) {
            if (profileOf[n] == profile && (standing & windows[n]) == 0) {
                standing |= windows[n];
                made++;
            }
        }
        return made;
    }

    /** {@link Demand#even}, made once. */
    synchronized Demand even() {
        if (even == null) {
            double[] weights = new double[profiles.size()];
            Arrays.fill(weights, 1);
            even = Demand.of(this, weights);
        }
        return even;
    }

    /** Nothing taken. */
    public State empty() {
        return empty;
    }

    public void forEachState(Consumer<State> action) {
        states.values().forEach(action);
    }

    /** How many states there are. */
    public int states() {
        return states.size();
    }

    /** Width in memory slices. */
    public int grid() {
        return grid;
    }

    /** Those that jobs are given first. */
    public List<GpuProfile> profiles() {
        return profiles;
    }

    public List<Placement> placements() {
        return placements;
    }

    public Placement placement(int number) {
        return placements.get(number);
    }

    /** Position of a placement's profile in {@link #profiles}. */
    public int profileOf(int placement) {
        return profileOf[placement];
    }

    /** Bit n is set when placement n overlaps this one, or is this one. */
    long overlapping(int placement) {
        return overlapping[placement];
    }

    /** Bit n is set when the placement covers memory slice n. */
    public long window(int placement) {
        return windows[placement];
    }

    /** @return -1 if there is none */
    int numberOf(String profile, int start) {
        int[] starts = numbers.get(profile);
        return starts == null || start >= starts.length ? -1 : starts[start];
    }

    private static Map<String, int[]> numbers(List<Placement> placements, int grid) {
        Map<String, int[]> result = new HashMap<>();
        for (int n = 0; n < placements.size(); n++) {
            Placement placement = placements.get(n);
            result.computeIfAbsent(placement.profile().name(), name -> {
                int[] none = new int[grid];
                Arrays.fill(none, -1);
                return none;
            })[placement.start()] = n;
        }
        return result;
    }

    /** What asks for exactly the profile of a placement. */
    SliceRequest request(int placement) {
        return requests[profileOf[placement]];
    }

    /** The placements that serve a request, those of the smallest profile first. */
    public int[] serving(SliceRequest request) {
        List<Integer> result = new ArrayList<>();
        for (int n = 0; n < plainPlacements; n++) {
            if (placements.get(n).profile().serves(request)) {
                result.add(n);
            }
        }
        result.sort(Comparator.comparing((Integer n) -> placements.get(n).profile(), SMALLEST)
                .thenComparingInt(n -> n));
        return result.stream().mapToInt(Integer::intValue).toArray();
    }

    static final Comparator<GpuProfile> SMALLEST = Comparator.comparingInt(GpuProfile::memorySlices)
            .thenComparingInt(GpuProfile::computeSlices)
            .thenComparingInt(GpuProfile::profileEnum);
}
