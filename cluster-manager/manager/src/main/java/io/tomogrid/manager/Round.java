package io.tomogrid.manager;

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
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look at all that wait. */
final class Round {
    private static final Logger log = LoggerFactory.getLogger(Round.class);
    private static final double USUAL_SECONDS = 60;
    /** After so many half-lives less than a hundredth of what was used counts. */
    private static final int HALF_LIVES = 7;

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final AttemptRunner attempts;
    private final Maintenance maintenance;
    private final Map<String, Job> queued = new HashMap<>();
    private final Map<String, RoutingRule> rules = new HashMap<>();
    private final List<Turn> order;
    /** For whom places are kept free, the most urgent first. */
    private final List<Kept> kept = new ArrayList<>();
    /** What was found in vain, until somebody's lease begins or ends. */
    private final Map<Vain, String> vain = new HashMap<>();
    /** Where each protocol's jobs may begin. */
    private final Map<String, Maintenance.Open> opened = new HashMap<>();

    private List<Job> active;
    private Room room;
    private Quotas quotas;

    private record Kept(Job job, Gang gang) {
        private static final Comparator<Kept> ORDER =
                Comparator.comparing((Kept k) -> k.job.priority()).thenComparing(k -> k.job.created());
    }

    private record Vain(SliceRequest request, int slices, Priority priority, List<Gang> kept, List<Window> closed) {}

    /** @param active every job that is not settled @param asking those that may be placed, with what each needs */
    Round(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            Maintenance maintenance,
            List<Job> active,
            Map<Job, RoutingRule> asking) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        this.maintenance = maintenance;
        asking.forEach((job, rule) -> {
            queued.put(job.id(), job);
            rules.put(job.id(), rule);
        });
        Collection<Job> waiting = asking.keySet();
        this.active = active;
        look();
        order = new Order(properties.sites(), used(waiting), USUAL_SECONDS)
                .of(waiting.stream().map(this::waiting).toList());
        Instant overdue = Instant.now().minus(properties.patience());
        waiting.stream()
                .filter(job -> job.created().isBefore(overdue) && refusal(job).isEmpty())
                .filter(job -> rule(job).slices() > 1 || room.large(rule(job).request()))
                .forEach(this::keep);
    }

    private RoutingRule rule(Job job) {
        return rules.get(job.id());
    }

    private Maintenance.Open open(Job job) {
        return opened.computeIfAbsent(job.protocol(), protocol -> maintenance.open(room.hosts(), protocol));
    }

    private void look() {
        room = new Room(peers.agents().inventories(), leases.held(), active);
        opened.clear();
        quotas = new Quotas(properties.sites());
        room.inUse().forEach((site, its) -> quotas.take(site, its[0], its[1]));
        vain.clear();
    }

    private Map<String, Double> used(Collection<Job> waiting) {
        if (waiting.stream().map(Job::site).distinct().count() < 2) {
            return Map.of();
        }
        Instant now = Instant.now();
        Duration life = properties.shareHalfLife();
        return Usage.decayed(leases.usage(now.minus(life.multipliedBy(HALF_LIVES)), now), now, life);
    }

    private Waiting waiting(Job job) {
        RoutingRule rule = rule(job);
        int each = room.smallest(rule.request()).map(GpuProfile::memorySlices).orElse(1);
        return new Waiting(job.id(), job.priority(), job.site(), job.deadline(), job.created(), each * rule.slices());
    }

    private Optional<String> refusal(Job job) {
        RoutingRule rule = rule(job);
        return room.smallest(rule.request())
                .flatMap(p -> quotas.refusal(
                        job.site(), p.memorySlices() * rule.slices(), p.computeSlices() * rule.slices()));
    }

    private void keep(Job job) {
        RoutingRule rule = rule(job);
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
            place(queued.get(turn.job()), turn);
        }
    }

    private void place(Job job, Turn turn) {
        Optional<String> refusal = refusal(job);
        if (refusal.isPresent()) {
            jobs.note(job, refusal.get());
            return;
        }
        RoutingRule rule = rule(job);
        List<Gang> others = keptFrom(job);
        Maintenance.Open open = open(job);
        Room there = room.on(open.hosts());
        Vain question = new Vain(rule.request(), rule.slices(), job.priority(), others, open.closed());
        String before = vain.get(question);
        if (before != null) {
            jobs.note(job, before + "; " + turn.because());
            return;
        }
        if (rule.slices() > 1) {
            together(job, rule, there, others, question, turn);
            return;
        }
        Decision decision = open.judge(decide(job, rule, there, others));
        if (decision instanceof Decision.Plan plan) {
            begin(job, List.of(plan.key()));
        } else if (decision instanceof Decision.Rearrange moves) {
            rearrange(job, moves);
        } else if (decision instanceof Decision.Impossible impossible) {
            impossible(job, impossible.reason());
        } else if (job.priority() != Priority.STAT || !preempt(job, rule, there)) {
            waits(job, decision.because(), question, turn);
        }
    }

    private void waits(Job job, String why, Vain question, Turn turn) {
        String reason =
                why + (peers.agents().complete() ? "" : "; " + peers.agents().trouble());
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
    private Decision decide(Job job, RoutingRule rule, Room there, List<Gang> others) {
        SliceRequest request = rule.request();
        Fleet fleet = there.fleet(others);
        if (job.failures() > 0) {
            Optional<Decision> elsewhere = elsewhere(
                    there.without(leases.find(job.epoch()).orElseThrow().slice()), request, others);
            if (elsewhere.isPresent()) {
                return elsewhere.get();
            }
        }
        Optional<SliceKey> warm = there.warm(fleet, request, true);
        if (warm.isPresent()) {
            return new Decision.Plan(warm.get(), List.of(), false);
        }
        Decision decision = Planner.plan(fleet, request, MoveRules.NONE, USUAL_SECONDS);
        if (!(decision instanceof Decision.Wait)) {
            return decision;
        }
        warm = there.warm(fleet, request, false);
        if (warm.isPresent()) {
            return new Decision.Plan(warm.get(), List.of(), false);
        }
        boolean moves = job.priority() == Priority.ROUTINE;
        return Planner.plan(
                there.withoutIdle().fleet(others),
                request,
                moves ? MoveRules.USUAL : MoveRules.NONE,
                moves ? leases.typicalSeconds(job.protocol()).orElse(USUAL_SECONDS) : USUAL_SECONDS);
    }

    /** An executor that is warm there first: a new one takes seconds. */
    private Optional<Decision> elsewhere(Room there, SliceRequest request, List<Gang> others) {
        Fleet fleet = there.fleet(others);
        Optional<SliceKey> warm = there.warm(fleet, request, true);
        return warm.<Decision>map(key -> new Decision.Plan(key, List.of(), false))
                .or(() -> Optional.of(Planner.plan(fleet, request, MoveRules.NONE, USUAL_SECONDS))
                        .filter(Decision.Plan.class::isInstance));
    }

    /** All or none, on one host. */
    private void together(Job job, RoutingRule rule, Room there, List<Gang> others, Vain question, Turn turn) {
        Gang gang = gang(job, rule);
        Optional<List<Fleet.Spot>> spots = Reservations.place(there.fleet(others), gang)
                .or(() -> Reservations.place(there.withoutIdle().fleet(others), gang));
        if (spots.isPresent()) {
            begin(job, spots.get().stream().map(Round::key).toList());
        } else if (question.closed().isEmpty()
                && !Reservations.keep(there.empty().fleet(List.of()), gang)) {
            impossible(job, "no host has " + rule.slices() + " slices of " + rule.request());
        } else {
            waits(job, "no host has " + rule.slices() + " slices of " + rule.request() + " free", question, turn);
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
            starts.add(new JobStore.Start(moved, List.of(room.grant(move.to().key()))));
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

    private boolean preempt(Job job, RoutingRule rule, Room there) {
        Optional<Preemption> found = Preemption.cheapest(
                there.hosts(), there.occupants(), there.leaving(), rule.request(), job.priority(), Room.START_SECONDS);
        found.ifPresent(preemption -> exchange(
                job,
                preemption.stopped().stream()
                        .map(o -> new JobStore.Stop(
                                room.jobs().get(o.job()), "made room for STAT job " + job.id() + "; it begins anew"))
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

    private static SliceKey key(Fleet.Spot spot) {
        return new SliceKey(
                spot.board().host(),
                spot.board().gpu(),
                spot.board().geometry().placement(spot.placement()).profile().name(),
                spot.board().geometry().placement(spot.placement()).start());
    }
}
