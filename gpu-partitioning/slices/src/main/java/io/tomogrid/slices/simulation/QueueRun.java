package io.tomogrid.slices.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Requests that wait when they cannot run at once: oldest first, and whoever fits is let past who does not. With the planner, who has
 * waited for longer than the patience is kept room for, the oldest first and one at a time.
 *
 * @param requests in the order of their arrival
 * @param gpus how many, for the utilisation
 * @param from when measuring begins @param to when it ends
 * @param patience in the unit of the arrivals; infinite when nobody is kept room for
 */
public record QueueRun(List<Request> requests, int gpus, double from, double to, double patience) {
    /** @param profile position in {@link Mix#PROFILES} @param members GPUs of one host that it needs at once, of that profile each */
    public record Request(double arrival, double life, int profile, int members) {
        int size() {
            return Mix.PROFILES.get(profile).memorySlices() * members;
        }
    }

    /** @param started among those that arrived while it was measured @param mean wait of these @param longest of these */
    public record Waits(int started, int waiting, double mean, double longest) {}

    /**
     * @param utilisation requested memory slices in service / 8 M, mean over the time measured
     * @param single who needs one slice @param large of these who need a whole GPU @param gangs who need several GPUs
     */
    public record Outcome(double utilisation, Waits single, Waits large, Waits gangs, double movesPerRequest) {}

    private record End(double time, int job) {}

    /** The reference workload's requests, as {@link LossRun} draws them. */
    public static QueueRun of(Mix mix, int gpus, double rho, int seed) {
        LossRun loss = new LossRun(mix, gpus, rho, seed);
        MersenneTwister random = new MersenneTwister(seed);
        int longest = loss.longest();
        List<Request> requests = new ArrayList<>();
        for (int slot = 0; slot < 6 * longest; slot++) {
            int profile = mix.draw(random);
            requests.add(new Request(slot, 1 + random.nextInt(longest), profile, 1));
        }
        return new QueueRun(requests, gpus, 2 * longest, 6 * longest, longest / 2.0);
    }

    public Outcome run(Policy policy) {
        PriorityQueue<End> ends =
                new PriorityQueue<>(Comparator.comparingDouble(End::time).thenComparingInt(End::job));
        List<Integer> queue = new ArrayList<>();
        double[] started = new double[requests.size()];
        int next = 0;
        int kept = -1;
        long busy = 0;
        double used = 0;
        double now = 0;
        while (next < requests.size() || !ends.isEmpty()) {
            double arrival = next < requests.size() ? requests.get(next).arrival : Double.POSITIVE_INFINITY;
            double time = ends.isEmpty() ? arrival : Math.min(arrival, ends.peek().time);
            used += busy * Math.max(0, Math.min(time, to) - Math.max(now, from));
            now = time;
            while (!ends.isEmpty() && ends.peek().time <= now) {
                End end = ends.remove();
                policy.end(end.job);
                busy -= requests.get(end.job).size();
            }
            while (next < requests.size() && requests.get(next).arrival <= now) {
                policy.asked(requests.get(next).profile);
                queue.add(next++);
            }
            Set<Integer> refused = new HashSet<>();
            for (Iterator<Integer> waiting = queue.iterator(); waiting.hasNext(); ) {
                int job = waiting.next();
                Request request = requests.get(job);
                int kind = request.members * Mix.PROFILES.size() + request.profile;
                if ((job == kept || !refused.contains(kind)) && admit(policy, job, request, job == kept)) {
                    waiting.remove();
                    kept = job == kept ? -1 : kept;
                    started[job] = now + 1;
                    busy += request.size();
                    ends.add(new End(now + request.life, job));
                } else {
                    refused.add(kind);
                    if (kept < 0 && now - request.arrival > patience && policy instanceof PlannerPolicy planner) {
                        planner.keep(job, request.profile, request.members);
                        kept = job;
                    }
                }
            }
        }
        return outcome(used, started, policy.moves());
    }

    private static boolean admit(Policy policy, int job, Request request, boolean kept) {
        if (policy instanceof PlannerPolicy planner && (request.members > 1 || kept)) {
            return planner.admit(job, request.profile, request.members);
        }
        return policy.admit(job, request.profile);
    }

    private Outcome outcome(double used, double[] started, long moves) {
        return new Outcome(
                used / (LossRun.GRID * (double) gpus * (to - from)),
                waits(started, false, false),
                waits(started, false, true),
                waits(started, true, true),
                moves / (double) requests.size());
    }

    private Waits waits(double[] started, boolean gangs, boolean wholeOnly) {
        double sum = 0;
        double longest = 0;
        int count = 0;
        int waiting = 0;
        for (int job = 0; job < started.length; job++) {
            Request request = requests.get(job);
            if (request.arrival >= from
                    && request.arrival < to
                    && request.members > 1 == gangs
                    && (!wholeOnly || request.profile == 0)) {
                if (started[job] == 0) {
                    waiting++;
                } else {
                    double wait = started[job] - 1 - request.arrival;
                    sum += wait;
                    longest = Math.max(longest, wait);
                    count++;
                }
            }
        }
        return new Waits(count, waiting, sum / Math.max(1, count), longest);
    }
}
