package io.tomogrid.manager.queue;

import io.tomogrid.cluster.contract.Priority;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who is given a slice first: STAT before ROUTINE before BATCH; inside a class those with a deadline, the earliest first; then
 * the job of the site that has used least for its weight; then the oldest.
 *
 * <p>Each job that is put into the order counts for its site as if it had run for a while, so that the slices that are free at
 * once are shared too. A share is no limit: where only one site waits, it may have everything.
 */
public final class Order {
    private static final Comparator<Waiting> AGE =
            Comparator.comparing(Waiting::created).thenComparing(Waiting::id);
    private static final Comparator<Waiting> DEADLINE = Comparator.comparing(
                    (Waiting job) -> job.deadline().orElse(Instant.MAX))
            .thenComparing(AGE);

    private final Map<String, Double> weights = new HashMap<>();
    private final Map<String, Double> used;
    private final double seconds;

    /**
     * @param sites those that are not among them have the weight 1
     * @param used slice-seconds by site, see {@link Usage#decayed}
     * @param seconds for which a job runs, roughly
     */
    public Order(Collection<Site> sites, Map<String, Double> used, double seconds) {
        sites.forEach(site -> weights.put(site.name(), site.weight()));
        this.used = new HashMap<>(used);
        this.seconds = seconds;
    }

    /** To be asked once. */
    public List<Turn> of(Collection<Waiting> jobs) {
        List<Turn> order = new ArrayList<>(jobs.size());
        for (Priority priority : Priority.values()) {
            List<Waiting> peers =
                    jobs.stream().filter(job -> job.priority() == priority).toList();
            peers.stream()
                    .filter(job -> job.deadline().isPresent())
                    .sorted(DEADLINE)
                    .forEach(job -> order.add(new Turn(
                            job.id(),
                            "its turn comes as a " + priority + " job that is due at "
                                    + job.deadline().orElseThrow())));
            shared(
                    priority,
                    peers.stream().filter(job -> job.deadline().isEmpty()).toList(),
                    order);
        }
        return order;
    }

    private void shared(Priority priority, List<Waiting> jobs, List<Turn> order) {
        Map<String, Deque<Waiting>> bySite = new TreeMap<>();
        jobs.stream()
                .sorted(AGE)
                .forEach(job -> bySite.computeIfAbsent(job.site(), site -> new ArrayDeque<>())
                        .add(job));
        String why = "its turn comes as a " + priority + " job by "
                + (bySite.size() > 1 ? "what its site has used of late, then its age" : "its age");
        while (!bySite.isEmpty()) {
            Deque<Waiting> next = bySite.values().stream()
                    .min(Comparator.comparingDouble((Deque<Waiting> queue) -> share(queue.element()))
                            .thenComparing(Deque::element, AGE))
                    .orElseThrow();
            Waiting job = next.remove();
            order.add(new Turn(job.id(), why));
            used.merge(job.site(), job.slices() * seconds, Double::sum);
            if (next.isEmpty()) {
                bySite.remove(job.site());
            }
        }
    }

    private double share(Waiting job) {
        return used.getOrDefault(job.site(), 0.0) / weights.getOrDefault(job.site(), 1.0);
    }
}
