package io.tomogrid.manager.contention;

import io.tomogrid.slices.Interference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the leases of the past tell of jobs that share a GPU.
 *
 * <p>Leases are compared with their like only ({@link Worked#alike}). Those beside whom nobody worked give the seconds of their like
 * alone: the median of at least {@link #FEWEST}. A lease teaches of a pair when its neighbours were of one protocol: these worked beside
 * it for at least {@link #EXPOSED} of its time, others for at most {@link #ALONE}. Its slow-down beside one such neighbour is
 * {@code 1 + (seconds / seconds alone - 1) / exposure}, where the exposure is the seconds that neighbours worked beside it per second of its
 * own: neighbours add up. That of the pair is the median of at least {@link #FEWEST}; its bounds hold though the median alone is no better
 * known than it is. Fewer leases teach nothing: then the pair is not known, and the planner takes it as harmless.
 *
 * @param pairs by protocol, then by neighbour; those that are known
 * @param seen leases with results that were looked at, also those without a known median alone
 * @param alone how many kinds of lease have one
 */
public record Contention(List<SlowDown> pairs, Rate rate, int seen, int alone) {
    /** Leases that a median takes. */
    public static final int FEWEST = 8;

    /** A neighbour for no more than this part of the time is none. */
    public static final double ALONE = 0.05;

    /** Neighbours for less than this part of the time teach nothing of what they do. */
    public static final double EXPOSED = 0.5;

    /** By more than this part a lease must take longer to count in the rate. */
    public static final double LONGER = 0.1;

    public static final Contention NOTHING = learn(List.of(), Instant.MIN, Map.of());

    private record Pair(String protocol, String beside) {}

    /** @param exposure seconds that each protocol's leases worked beside it, per second of its own */
    private record Seen(Worked lease, Map<String, Double> exposure) {
        double all() {
            return exposure.values().stream().mapToDouble(part -> part).sum();
        }

        boolean alone() {
            return all() <= ALONE;
        }
    }

    /** Slow-downs of a pair by the median alone, and by its bounds. */
    private static final class Samples {
        private final List<Double> middle = new ArrayList<>();
        private final List<Double> least = new ArrayList<>();
        private final List<Double> most = new ArrayList<>();
        private boolean simulated;

        void add(Worked lease, Median alone, double exposure) {
            middle.add(1 + (lease.seconds() / alone.value() - 1) / exposure);
            least.add(1 + (lease.seconds() / alone.high() - 1) / exposure);
            most.add(1 + (lease.seconds() / alone.low() - 1) / exposure);
            simulated |= lease.simulated();
        }

        Median times() {
            Median of = Median.of(middle);
            return new Median(
                    of.value(), Median.of(least).low(), Median.of(most).high(), of.n());
        }
    }

    /**
     * @param leases that have ended
     * @param since what began before is a neighbour, but is not judged: its own neighbours may be missing
     * @param open by GPU, when the first lease there began that has not ended: what worked longer is not judged yet
     */
    public static Contention learn(List<Worked> leases, Instant since, Map<String, Instant> open) {
        List<Seen> seen = new ArrayList<>();
        byGpu(leases).forEach((gpu, there) -> look(there, since, open.getOrDefault(gpu, Instant.MAX), seen));
        Map<String, List<Double>> seconds = new HashMap<>();
        seen.stream()
                .filter(Seen::alone)
                .forEach(s -> seconds.computeIfAbsent(s.lease.alike(), alike -> new ArrayList<>())
                        .add(s.lease.seconds()));
        Map<String, Median> alone = new HashMap<>();
        seconds.forEach((alike, values) -> {
            if (values.size() >= FEWEST) {
                alone.put(alike, Median.of(values));
            }
        });
        List<Seen> judged =
                seen.stream().filter(s -> alone.containsKey(s.lease.alike())).toList();
        return new Contention(pairs(judged, alone), rate(judged, alone), seen.size(), alone.size());
    }

    private static Map<String, List<Worked>> byGpu(List<Worked> leases) {
        Map<String, List<Worked>> result = new TreeMap<>();
        leases.stream()
                .filter(lease -> lease.seconds() > 0)
                .sorted(Comparator.comparing(Worked::begin))
                .forEach(lease -> result.computeIfAbsent(lease.gpu(), gpu -> new ArrayList<>())
                        .add(lease));
        return result;
    }

    /** @param there leases of one GPU, by their begin */
    private static void look(List<Worked> there, Instant since, Instant open, List<Seen> seen) {
        IdentityHashMap<Worked, Map<String, Double>> beside = new IdentityHashMap<>();
        List<Worked> working = new ArrayList<>();
        for (Worked next : there) {
            working.removeIf(other -> !other.end().isAfter(next.begin()));
            for (Worked other : working) {
                if (!other.job().equals(next.job())) {
                    Instant until = other.end().isBefore(next.end()) ? other.end() : next.end();
                    double together = Duration.between(next.begin(), until).toNanos() * 1e-9;
                    beside(beside, next).merge(other.protocol(), together / next.seconds(), Double::sum);
                    beside(beside, other).merge(next.protocol(), together / other.seconds(), Double::sum);
                }
            }
            working.add(next);
        }
        for (Worked lease : there) {
            if (lease.succeeded()
                    && !lease.begin().isBefore(since)
                    && !lease.end().isAfter(open)) {
                seen.add(new Seen(lease, beside.getOrDefault(lease, Map.of())));
            }
        }
    }

    private static Map<String, Double> beside(IdentityHashMap<Worked, Map<String, Double>> all, Worked lease) {
        return all.computeIfAbsent(lease, l -> new HashMap<>());
    }

    private static List<SlowDown> pairs(List<Seen> judged, Map<String, Median> alone) {
        Map<Pair, Samples> samples = new HashMap<>();
        for (Seen s : judged) {
            s.exposure.forEach((protocol, exposure) -> {
                if (exposure >= EXPOSED && s.all() - exposure <= ALONE) {
                    samples.computeIfAbsent(new Pair(s.lease.protocol(), protocol), pair -> new Samples())
                            .add(s.lease, alone.get(s.lease.alike()), exposure);
                }
            });
        }
        List<SlowDown> result = new ArrayList<>();
        samples.forEach((pair, of) -> {
            if (of.middle.size() >= FEWEST) {
                result.add(new SlowDown(pair.protocol, pair.beside, of.times(), of.simulated));
            }
        });
        result.sort(Comparator.comparing(SlowDown::protocol).thenComparing(SlowDown::beside));
        return List.copyOf(result);
    }

    private static Rate rate(List<Seen> judged, Map<String, Median> alone) {
        int[] count = new int[4];
        double[] seconds = new double[2];
        for (Seen s : judged) {
            boolean longer = s.lease.seconds()
                    > (1 + LONGER) * alone.get(s.lease.alike()).value();
            count[s.alone() ? 0 : 1]++;
            count[s.alone() ? 2 : 3] += longer ? 1 : 0;
            seconds[0] += s.lease.seconds();
            seconds[1] += longer && !s.alone() ? s.lease.seconds() : 0;
        }
        return new Rate(judged.size(), count[1], count[3], count[0], count[2], seconds[0], seconds[1]);
    }

    /** What the planner is to know for a job of a protocol: of each pair both ways, what is certain. */
    public Interference of(String protocol) {
        Map<String, Double> excess = new HashMap<>();
        for (SlowDown pair : pairs) {
            if (pair.excess() > 0 && pair.protocol().equals(protocol)) {
                excess.merge(pair.beside(), pair.excess(), Double::sum);
            }
            if (pair.excess() > 0 && pair.beside().equals(protocol)) {
                excess.merge(pair.protocol(), pair.excess(), Double::sum);
            }
        }
        return new Interference(protocol, excess);
    }
}
