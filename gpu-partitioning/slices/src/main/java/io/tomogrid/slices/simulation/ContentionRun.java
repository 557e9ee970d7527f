package io.tomogrid.slices.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Jobs that slow each other down on one GPU. Half of them, drawn at random, are {@link #STREAMING}: each takes longer by
 * {@code excess} of its time for every other such job on its GPU; the others are {@link #CALM}, hurt nobody and are not hurt. How much real
 * jobs hurt each other is not known here: it is assumed.
 *
 * <p>Requests come at random, so many a slot that the offered load is rho if nobody is slowed down; what cannot run at once is lost. A job
 * alone takes 150 to 250 slots.
 */
public record ContentionRun(Mix mix, int gpus, double rho, double excess, int slots, int seed) {
    public static final String STREAMING = "streaming";
    public static final String CALM = "calm";
    private static final int SHORTEST = 150;
    private static final int SPREAD = 101;
    private static final double MEAN = SHORTEST + (SPREAD - 1) / 2.0;
    /** A job that takes more than this many times its time alone is counted as slowed down. */
    private static final double SLOWED = 1.1;

    /** @param begin slot @param end slot before which it ended @param alone slots that it takes alone */
    public record Ended(String workload, int profile, int gpu, int begin, int end, int alone) {}

    /**
     * Of the jobs that ended in the second half of the slots.
     *
     * @param slowDown slots that they took, per slot that they take alone @param slowed share of them that took more than 10 % longer
     * @param utilisation requested memory slices in service / 8 M @param acceptance of requests
     * @param all that ended, also in the first half
     */
    public record Outcome(double slowDown, double slowed, double utilisation, double acceptance, List<Ended> all) {}

    private static final class Job {
        private final int number;
        private final int profile;
        private final boolean streaming;
        private final int begin;
        private final int alone;
        private double left;

        Job(int number, int profile, boolean streaming, int begin, int alone) {
            this.number = number;
            this.profile = profile;
            this.streaming = streaming;
            this.begin = begin;
            this.alone = alone;
            this.left = alone;
        }
    }

    /** What works in the job of that number, as every run of this seed draws it. */
    public String workload(int job) {
        return streaming(job) ? STREAMING : CALM;
    }

    private boolean streaming(int job) {
        return new MersenneTwister(seed * 31 + job).nextDouble() < 0.5;
    }

    public Outcome run(Placing policy) {
        MersenneTwister random = new MersenneTwister(seed);
        double perSlot = rho * LossRun.GRID * gpus / (mix.meanSize() * MEAN);
        List<Job> running = new ArrayList<>();
        List<Ended> ended = new ArrayList<>();
        int asked = 0;
        int job = 0;
        int given = 0;
        long busy = 0;
        for (int slot = 0; slot < slots; slot++) {
            boolean measured = slot >= slots / 2;
            for (int coming = poisson(random, perSlot); coming > 0; coming--) {
                int profile = mix.draw(random);
                int alone = SHORTEST + random.nextInt(SPREAD);
                policy.asked(profile);
                asked += measured ? 1 : 0;
                if (policy.admit(job, profile)) {
                    given += measured ? 1 : 0;
                    running.add(new Job(job, profile, streaming(job), slot, alone));
                }
                job++;
            }
            if (measured) {
                busy += running.stream()
                        .mapToInt(j -> Mix.PROFILES.get(j.profile).memorySlices())
                        .sum();
            }
            step(policy, running, slot + 1, ended);
        }
        return outcome(ended, busy, given / (double) Math.max(1, asked));
    }

    private void step(Placing policy, List<Job> running, int next, List<Ended> ended) {
        Map<Integer, Integer> streaming = new HashMap<>();
        running.stream().filter(j -> j.streaming).forEach(j -> streaming.merge(policy.gpu(j.number), 1, Integer::sum));
        for (Iterator<Job> each = running.iterator(); each.hasNext(); ) {
            Job job = each.next();
            int gpu = policy.gpu(job.number);
            int others = job.streaming ? streaming.get(gpu) - 1 : 0;
            job.left -= 1 / (1 + excess * others);
            if (job.left <= 0) {
                each.remove();
                policy.end(job.number);
                ended.add(new Ended(job.streaming ? STREAMING : CALM, job.profile, gpu, job.begin, next, job.alone));
            }
        }
    }

    private static int poisson(MersenneTwister random, double mean) {
        double limit = Math.exp(-mean);
        int count = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }

    private Outcome outcome(List<Ended> ended, long busy, double acceptance) {
        List<Ended> measured = ended.stream().filter(e -> e.end() > slots / 2).toList();
        double took = measured.stream().mapToInt(e -> e.end() - e.begin()).sum();
        double alone = measured.stream().mapToInt(Ended::alone).sum();
        long slowed = measured.stream()
                .filter(e -> e.end() - e.begin() > SLOWED * e.alone())
                .count();
        return new Outcome(
                took / alone,
                slowed / (double) measured.size(),
                busy / (LossRun.GRID * (double) gpus * (slots - slots / 2)),
                acceptance,
                ended);
    }
}
