package io.tomogrid.slices.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The reference workload: a request each slot, which is lost when it cannot run at once. Lifetimes are whole slots, uniform from 1
 * to L, L such that the offered load is rho; 2 L slots warm up, 4 L are measured.
 */
public record LossRun(Mix mix, int gpus, double rho, int seed) {
    static final int GRID = 8;

    /** @param acceptance of requests @param weighted by memory slices @param utilisation requested memory slices in service / 8 M */
    public record Outcome(
            double acceptance, double weighted, double utilisation, double large, double movesPerRequest) {}

    private record End(int slot, int job, int size) {}

    public int longest() {
        return (int) Math.max(2, Math.round(2 * rho * GRID * gpus / mix.meanSize() - 1));
    }

    public Outcome run(Policy policy) {
        MersenneTwister random = new MersenneTwister(seed);
        int longest = longest();
        PriorityQueue<End> ends =
                new PriorityQueue<>(Comparator.comparingInt(End::slot).thenComparingInt(End::job));
        long busy = 0;
        long used = 0;
        long asked = 0;
        long given = 0;
        long askedSlices = 0;
        long givenSlices = 0;
        long large = 0;
        long largeGiven = 0;
        long movesBefore = 0;
        for (int slot = 0; slot < 6 * longest; slot++) {
            while (!ends.isEmpty() && ends.peek().slot <= slot) {
                End end = ends.remove();
                policy.end(end.job);
                busy -= end.size;
            }
            if (slot == 2 * longest) {
                movesBefore = policy.moves();
            }
            int profile = mix.draw(random);
            int life = 1 + random.nextInt(longest);
            int size = Mix.PROFILES.get(profile).memorySlices();
            policy.asked(profile);
            boolean admitted = policy.admit(slot, profile);
            if (admitted) {
                busy += size;
                ends.add(new End(slot + life, slot, size));
            }
            if (slot >= 2 * longest) {
                asked++;
                askedSlices += size;
                given += admitted ? 1 : 0;
                givenSlices += admitted ? size : 0;
                large += profile == 0 ? 1 : 0;
                largeGiven += profile == 0 && admitted ? 1 : 0;
                used += busy;
            }
        }
        return new Outcome(
                given / (double) asked,
                givenSlices / (double) askedSlices,
                used / ((double) GRID * gpus * asked),
                largeGiven / (double) Math.max(1, large),
                (policy.moves() - movesBefore) / (double) asked);
    }
}
