package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.manager.queue.Order;
import io.tomogrid.manager.queue.Preemption;
import io.tomogrid.manager.queue.Quotas;
import io.tomogrid.manager.queue.Turn;
import io.tomogrid.manager.queue.Usage;
import io.tomogrid.manager.queue.Waiting;
import io.tomogrid.slices.Decision;
import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Gang;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.Reservations;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives queued jobs their slices in the order of {@link Order}, and ends the leases of slices that nobody works on any more.
 *
 * <p>An executor outlives its task and keeps its lock while it is idle. Its slice is then as good as free for a job that takes
 * exactly that slice, and starts at once there, but not for anything that overlaps.
 *
 * <p>Who finds no room does not hold up those behind. Only where it would wait for ever, or must not wait, is a place kept
 * free for it: for a STAT job at once, for several slices or half a GPU after {@code tomogrid.manager.patience}.
 */
final class Placer {
    private static final Logger log = LoggerFactory.getLogger(Placer.class);
    private static final double USUAL_SECONDS = 60;
    /** After so many half-lives less than a hundredth of what was used counts. */
    private static final int HALF_LIVES = 7;

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final AttemptRunner attempts;
    private final Pauses pauses;
    private final Maintenance maintenance;
    private final Sizing sizing;

    Placer(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            Pauses pauses,
            Maintenance maintenance,
            Sizing sizing) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.sizing = sizing;
    }

    /** Ends every lease that is being released and whose slice is there no more, or no process locks. */
    void endReleased() {
        Room room = room(List.of());
        for (LeaseStore.Held held : room.held()) {
            if (!held.live()) {
                room.gpu(held.slice()).ifPresent(gpu -> {
                    if (gpu.slice(held.slice()).filter(Slice::locked).isEmpty()) {
                        leases.end(held.lease().epoch());
                    }
                });
            }
        }
    }

    private Room room(List<Job> active) {
        return new Room(peers.agents().inventories(), leases.held(), active);
    }

    /**
     * Places as many queued jobs as there is room for; the others are told what they wait for.
     *
     * @param active every job that is not settled, oldest first
     */
    void place(List<Job> active) {
        List<Job> queued = new ArrayList<>();
        List<Pauses.Pause> paused = pauses.all();
        for (Job job : active) {
            if (job.state() == JobState.QUEUED && !job.notBefore().isAfter(Instant.now())) {
                Optional<String> pause = Pauses.reason(paused, job);
                Optional<Job> earlier = active.stream().filter(job::follows).findFirst();
                if (pause.isPresent()) {
                    jobs.note(job, pause.get());
                } else if (earlier.isPresent()) {
                    jobs.note(
                            job,
                            "waits for the results of revision " + earlier.get().revision() + ", to refer to them");
                } else if (!peers.driver().state().equals("up")) {
                    jobs.note(
                            job, "waits for the Spark driver: " + peers.driver().state());
                } else if (rule(job).isEmpty()) {
                    jobs.fail(
                            job,
                            "no rule is configured for the protocol " + job.protocol()
                                    + "; add it to tomogrid.manager.rules, then retry the job",
                            Remedy.ASK_OPERATOR);
                } else {
                    queued.add(job);
                }
            }
        }
        if (!queued.isEmpty()) {
            new Round(active, queued).run();
        }
    }

    private Optional<RoutingRule> rule(Job job) {
        return properties.rules().stream()
                .filter(r -> r.protocol().equals(job.protocol()))
                .findFirst()
                .map(r -> sizing.sized(job, r));
    }

    /** One look at all that wait. */
    private final class Round {
        private final Map<String, Job> queued = new HashMap<>();
        private final List<Turn> order;
        /** For whom places are kept free, the most urgent first. */
        private final List<Kept> kept = new ArrayList<>();
        /** What was found in vain, until somebody's lease begins or ends. */
        private final Map<Vain, String> vain = new HashMap<>();
        /** Windows that close GPUs to jobs of a protocol. */
        private final Map<String, List<Window>> closed = new HashMap<>();

        private List<Job> active;
        private Room room;
        private Quotas quotas;

        private record Kept(Job job, Gang gang) {
            private static final Comparator<Kept> ORDER =
                    Comparator.comparing((Kept k) -> k.job.priority()).thenComparing(k -> k.job.created());
        }

        private record Vain(SliceRequest request, int slices, Priority priority, List<Gang> kept) {}

        Round(List<Job> active, List<Job> waiting) {
            waiting.forEach(job -> queued.put(job.id(), job));
            this.active = active;
            look();
            order = new Order(properties.sites(), used(waiting), USUAL_SECONDS)
                    .of(waiting.stream().map(this::waiting).toList());
            Instant overdue = Instant.now().minus(properties.patience());
            waiting.stream()
                    .filter(job ->
                            job.created().isBefore(overdue) && refusal(job).isEmpty())
                    .filter(job -> rule(job).orElseThrow().slices() > 1
                            || room.large(rule(job).orElseThrow().request()))
                    .forEach(this::keep);
        }

        private void look() {
            room = room(active);
            quotas = new Quotas(properties.sites());
            room.inUse().forEach((site, its) -> quotas.take(site, its[0], its[1]));
            vain.clear();
        }

        private Map<String, Double> used(List<Job> waiting) {
            if (waiting.stream().map(Job::site).distinct().count() < 2) {
                return Map.of();
            }
            Instant now = Instant.now();
            Duration life = properties.shareHalfLife();
            return Usage.decayed(leases.usage(now.minus(life.multipliedBy(HALF_LIVES)), now), now, life);
        }

        private Waiting waiting(Job job) {
            RoutingRule rule = rule(job).orElseThrow();
            int each =
                    room.smallest(rule.request()).map(GpuProfile::memorySlices).orElse(1);
            return new Waiting(
                    job.id(), job.priority(), job.site(), job.deadline(), job.created(), each * rule.slices());
        }

        private Optional<String> refusal(Job job) {
            RoutingRule rule = rule(job).orElseThrow();
            return room.smallest(rule.request())
                    .flatMap(p -> quotas.refusal(
                            job.site(), p.memorySlices() * rule.slices(), p.computeSlices() * rule.slices()));
        }

        private void keep(Job job) {
            RoutingRule rule = rule(job).orElseThrow();
            kept.add(new Kept(job, gang(job, rule)));
            kept.sort(Kept.ORDER);
        }

        private Gang gang(Job job, RoutingRule rule) {
            return new Gang(job.id(), rule.request(), rule.slices(), true);
        }

        /** Those that are kept from this one: of its class or a more urgent one, and before it if a place is kept for it too. */
        private List<Gang> keptFrom(Job job) {
            List<Gang> result = new ArrayList<>();
            for (Kept k : kept) {
                if (k.job.id().equals(job.id())) {
                    break;
                }
                if (k.job.priority().compareTo(job.priority()) <= 0) {
                    result.add(k.gang);
                }
            }
            return result;
        }

        void run() {
            for (Turn turn : order) {
                Job job = queued.get(turn.job());
                Maintenance.Open open =
                        new Maintenance.Open(room.hosts(), closed.computeIfAbsent(job.protocol(), maintenance::closed));
                if (open.closed().isEmpty()) {
                    place(job, turn, open);
                } else {
                    room = room.on(open.hosts());
                    place(job, turn, open);
                    look();
                }
            }
        }

        private void place(Job job, Turn turn, Maintenance.Open open) {
            Optional<String> refusal = refusal(job);
            if (refusal.isPresent()) {
                jobs.note(job, refusal.get());
                return;
            }
            RoutingRule rule = rule(job).orElseThrow();
            List<Gang> others = keptFrom(job);
            Vain question = new Vain(rule.request(), rule.slices(), job.priority(), others);
            String before = vain.get(question);
            if (before != null) {
                jobs.note(job, before + "; " + turn.because());
                return;
            }
            if (rule.slices() > 1) {
                together(job, rule, others, open, question, turn);
                return;
            }
            Decision decision = open.judge(decide(job, rule, others));
            if (decision instanceof Decision.Plan plan) {
                begin(job, List.of(plan.key()));
            } else if (decision instanceof Decision.Rearrange moves) {
                rearrange(job, moves);
            } else if (decision instanceof Decision.Impossible impossible) {
                impossible(job, impossible.reason());
            } else if (job.priority() != Priority.STAT || !preempt(job, rule)) {
                waits(job, decision.because(), question, turn);
            }
        }

        private void waits(Job job, String why, Vain question, Turn turn) {
            String reason = why
                    + (peers.agents().complete() ? "" : "; " + peers.agents().trouble());
            vain.put(question, reason);
            jobs.note(job, reason + "; " + turn.because());
            if (job.priority() == Priority.STAT) {
                kept.removeIf(k -> k.job.id().equals(job.id()));
                keep(job);
            }
        }

        private void impossible(Job job, String why) {
            if (peers.agents().complete()) {
                jobs.fail(
                        job,
                        why + "; add a GPU that can, or lower what the protocol " + job.protocol()
                                + " asks for in tomogrid.manager.rules, then retry the job",
                        Remedy.ASK_OPERATOR);
            } else {
                jobs.note(job, why + "; waits for the agent: " + peers.agents().trouble());
            }
            kept.removeIf(k -> k.job.id().equals(job.id()));
        }

        /**
         * After a failed attempt another GPU is tried first, since the fault may lie with that one's Worker. Then nobody's
         * executor is sent away if that can be helped, and only at last somebody's work is moved.
         */
        private Decision decide(Job job, RoutingRule rule, List<Gang> others) {
            SliceRequest request = rule.request();
            Fleet fleet = room.fleet(others);
            if (job.failures() > 0) {
                SliceKey last = leases.find(job.epoch()).orElseThrow().slice();
                Decision elsewhere =
                        Planner.plan(room.without(last).fleet(others), request, MoveRules.NONE, USUAL_SECONDS);
                if (elsewhere instanceof Decision.Plan) {
                    return elsewhere;
                }
            }
            Optional<SliceKey> warm = room.warm(fleet, request, true);
            if (warm.isPresent()) {
                return new Decision.Plan(warm.get(), List.of(), false);
            }
            Decision decision = Planner.plan(fleet, request, MoveRules.NONE, USUAL_SECONDS);
            if (!(decision instanceof Decision.Wait)) {
                return decision;
            }
            warm = room.warm(fleet, request, false);
            if (warm.isPresent()) {
                return new Decision.Plan(warm.get(), List.of(), false);
            }
            boolean moves = job.priority() == Priority.ROUTINE;
            return Planner.plan(
                    room.withoutIdle().fleet(others),
                    request,
                    moves ? MoveRules.USUAL : MoveRules.NONE,
                    moves ? leases.typicalSeconds(job.protocol()).orElse(USUAL_SECONDS) : USUAL_SECONDS);
        }

        /** All or none, on one host. */
        private void together(
                Job job, RoutingRule rule, List<Gang> others, Maintenance.Open open, Vain question, Turn turn) {
            Gang gang = gang(job, rule);
            Optional<List<Fleet.Spot>> spots = Reservations.place(room.fleet(others), gang)
                    .or(() -> Reservations.place(room.withoutIdle().fleet(others), gang));
            if (spots.isPresent()) {
                begin(job, spots.get().stream().map(Placer::key).toList());
            } else if (open.closed().isEmpty()
                    && !Reservations.keep(room.empty().fleet(List.of()), gang)) {
                impossible(job, "no host has " + rule.slices() + " slices of " + rule.request());
            } else {
                String none = "no host has " + rule.slices() + " slices of " + rule.request() + " free";
                waits(job, open.judge(new Decision.Wait(none)).because(), question, turn);
            }
        }

        private void begin(Job job, List<SliceKey> keys) {
            List<LeaseStore.Grant> grants = keys.stream().map(room::grant).toList();
            if (within(job, grants) && jobs.lease(job, grants, properties.lease())) {
                log.info("job {}: attempt {} has the lease of {}", job.id(), job.attempt() + 1, keys);
            }
            changed(job);
        }

        private void rearrange(Job job, Decision.Rearrange moves) {
            List<JobStore.Stop> stops = new ArrayList<>();
            List<JobStore.Start> starts = new ArrayList<>();
            for (Decision.Move move : moves.moves()) {
                Job moved = holder(move.from());
                stops.add(new JobStore.Stop(
                        moved,
                        "moved to " + move.to().key() + " to make room for job " + job.id() + ": " + moves.because()));
                starts.add(
                        new JobStore.Start(moved, List.of(room.grant(move.to().key()))));
            }
            starts.add(new JobStore.Start(job, List.of(room.grant(moves.then().key()))));
            exchange(job, stops, starts);
        }

        private Job holder(SliceKey slice) {
            return room.held().stream()
                    .filter(h -> h.live() && h.slice().equals(slice))
                    .map(h -> room.jobs().get(h.lease().holder()))
                    .findFirst()
                    .orElseThrow();
        }

        private boolean preempt(Job job, RoutingRule rule) {
            Optional<Preemption> found = Preemption.cheapest(
                    room.hosts(), room.occupants(), room.leaving(), rule.request(), job.priority(), Room.START_SECONDS);
            found.ifPresent(preemption -> exchange(
                    job,
                    preemption.stopped().stream()
                            .map(o -> new JobStore.Stop(
                                    room.jobs().get(o.job()),
                                    "made room for STAT job " + job.id() + "; it begins anew"))
                            .toList(),
                    List.of(new JobStore.Start(job, List.of(room.grant(preemption.slice()))))));
            return found.isPresent();
        }

        /** A slice may be larger than the least that serves. */
        private boolean within(Job job, List<LeaseStore.Grant> grants) {
            Optional<String> refusal = quotas.refusal(
                    job.site(),
                    grants.stream().mapToInt(LeaseStore.Grant::memorySlices).sum(),
                    grants.stream().mapToInt(LeaseStore.Grant::computeSlices).sum());
            refusal.ifPresent(why -> jobs.note(job, why));
            return refusal.isEmpty();
        }

        private void exchange(Job job, List<JobStore.Stop> stops, List<JobStore.Start> starts) {
            // Whoever has ended by now needs no stopping: then the job's turn comes again at once.
            if (within(job, starts.get(starts.size() - 1).grants())
                    && stops.stream().allMatch(stop -> attempts.goesOn(stop.job()))
                    && jobs.exchange(stops, starts, properties.lease())) {
                for (JobStore.Stop stop : stops) {
                    log.info("job {}: {}", stop.job().id(), stop.reason());
                    attempts.recall(stop.job(), stop.job().attempt());
                }
            }
            changed(job);
        }

        private void changed(Job job) {
            kept.removeIf(k -> k.job.id().equals(job.id()));
            active = jobs.active();
            look();
        }
    }

    private static SliceKey key(Fleet.Spot spot) {
        return new SliceKey(
                spot.board().host(),
                spot.board().gpu(),
                spot.board().geometry().placement(spot.placement()).profile().name(),
                spot.board().geometry().placement(spot.placement()).start());
    }
}
