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
import io.tomogrid.slices.Interference;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.Reservations;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all that wait, in the order of {@link Order}.
 *
 * <p>Who finds no room does not hold up those behind. Only where it would wait for ever, or must not wait, is a place kept
 * free for it: for a STAT job at once, for several slices or half a GPU after {@code tomogrid.manager.patience}.
 */
final class Round {
    private static final Logger log = LoggerFactory.getLogger(Round.class);
    /** For which a job runs where nothing is known of its protocol yet. */
    private static final double USUAL_SECONDS = 60;
    /** After so many half-lives less than a hundredth of what was used counts. */
    private static final int HALF_LIVES = 7;

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final AttemptRunner attempts;
    private final Map<String, Asked> queued = new LinkedHashMap<>();
    /** For whom places are kept free, the most urgent first. */
    private final List<Kept> kept = new ArrayList<>();
    /** What was found in vain, until somebody's lease begins or ends. */
    private final Map<Vain, String> vain = new HashMap<>();

    private Room room;
    private Quotas quotas;

    /** A job that waits, what it needs, where it may begin, and what is known of neighbours there. */
    record Asked(Job job, RoutingRule rule, Maintenance.Open open, Interference beside) {
        SliceRequest each() {
            return rule.request();
        }

        Gang gang() {
            return new Gang(job.id(), each(), rule.slices(), true);
        }
    }

    private record Kept(Job job, Gang gang) {
        private static final Comparator<Kept> ORDER =
                Comparator.comparing((Kept k) -> k.job.priority()).thenComparing(k -> k.job.created());
    }

    private record Vain(SliceRequest each, int slices, Priority priority, List<Gang> kept, List<Window> closed) {}

    /** @param active every job that is not settled @param waiting those of them whose turn may come */
    Round(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            List<Job> active,
            List<Asked> waiting) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        waiting.forEach(asked -> queued.put(asked.job().id(), asked));
        look(active);
        Instant overdue = Instant.now().minus(properties.patience());
        waiting.stream()
                .filter(asked -> asked.job().created().isBefore(overdue)
                        && refusal(asked).isEmpty()
                        && (asked.rule().slices() > 1 || room.large(asked.each())))
                .forEach(this::keep);
    }

    private void look(List<Job> active) {
        room = new Room(peers.agents().inventories(), leases.held(), active);
        quotas = new Quotas(properties.sites());
        room.inUse().forEach((site, its) -> quotas.take(site, its[0], its[1]));
        vain.clear();
    }

    private Map<String, Double> used() {
        if (queued.values().stream().map(asked -> asked.job().site()).distinct().count() < 2) {
            return Map.of();
        }
        Instant now = Instant.now();
        Duration life = properties.shareHalfLife();
        return Usage.decayed(leases.usage(now.minus(life.multipliedBy(HALF_LIVES)), now), now, life);
    }

    private Waiting waiting(Asked asked) {
        Job job = asked.job();
        int each = room.smallest(asked.each()).map(GpuProfile::memorySlices).orElse(1);
        return new Waiting(
                job.id(),
                job.priority(),
                job.site(),
                job.deadline(),
                job.created(),
                each * asked.rule().slices());
    }

    private Optional<String> refusal(Asked asked) {
        int slices = asked.rule().slices();
        return room.smallest(asked.each())
                .flatMap(
                        p -> quotas.refusal(asked.job().site(), p.memorySlices() * slices, p.computeSlices() * slices));
    }

    private void keep(Asked asked) {
        keepNoMore(asked.job());
        kept.add(new Kept(asked.job(), asked.gang()));
        kept.sort(Kept.ORDER);
    }

    private void keepNoMore(Job job) {
        kept.removeIf(k -> k.job.id().equals(job.id()));
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
        List<Waiting> waiting = queued.values().stream().map(this::waiting).toList();
        for (Turn turn : new Order(properties.sites(), used(), USUAL_SECONDS).of(waiting)) {
            place(queued.get(turn.job()), turn);
        }
    }

    private void place(Asked asked, Turn turn) {
        Job job = asked.job();
        Optional<String> refusal = refusal(asked);
        if (refusal.isPresent()) {
            jobs.note(job, refusal.get());
            return;
        }
        List<Gang> others = keptFrom(job);
        Vain question = new Vain(
                asked.each(),
                asked.rule().slices(),
                job.priority(),
                others,
                asked.open().closed());
        String before = vain.get(question);
        if (before != null) {
            jobs.note(job, before + "; " + turn.because());
            return;
        }
        if (asked.rule().slices() > 1) {
            together(asked, others, question, turn);
            return;
        }
        Decision decision = asked.open().judge(decide(asked, others));
        if (decision instanceof Decision.Plan plan) {
            log.info("job {}: {}", job.id(), plan.because());
            begin(job, List.of(plan.key()));
        } else if (decision instanceof Decision.Rearrange moves) {
            rearrange(job, moves);
        } else if (decision instanceof Decision.Impossible impossible) {
            impossible(job, impossible.reason());
        } else if (job.priority() != Priority.STAT || !preempt(asked, others)) {
            waits(asked, decision.because(), question, turn);
        }
    }

    private void waits(Asked asked, String why, Vain question, Turn turn) {
        String trouble = peers.agents().complete() ? "" : "; " + peers.agents().trouble();
        vain.put(question, why + trouble);
        jobs.note(asked.job(), why + trouble + "; " + turn.because());
        if (asked.job().priority() == Priority.STAT) {
            keep(asked);
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
        keepNoMore(job);
    }

    /**
     * After a failed attempt another GPU is tried first, since the fault may lie with that one's Worker. Then nobody's
     * executor is sent away if that can be helped, and only at last somebody's work is moved.
     */
    private Decision decide(Asked asked, List<Gang> others) {
        Job job = asked.job();
        SliceRequest request = asked.each();
        Room there = room.on(asked.open().hosts());
        Fleet fleet = there.fleet(others);
        if (job.failures() > 0) {
            Optional<Decision> elsewhere = elsewhere(
                    there.without(leases.find(job.epoch()).orElseThrow().slice()), asked, others);
            if (elsewhere.isPresent()) {
                return elsewhere.get();
            }
        }
        Optional<SliceKey> warm = there.warm(fleet, request, asked.beside(), true);
        if (warm.isPresent()) {
            return new Decision.Plan(warm.get(), List.of(), false);
        }
        Decision decision = Planner.plan(fleet, request, asked.beside(), MoveRules.NONE, USUAL_SECONDS);
        if (!(decision instanceof Decision.Wait)) {
            return decision;
        }
        warm = there.warm(fleet, request, asked.beside(), false);
        if (warm.isPresent()) {
            return new Decision.Plan(warm.get(), List.of(), false);
        }
        boolean moves = job.priority() == Priority.ROUTINE;
        return Planner.plan(
                there.withoutIdle().fleet(others),
                request,
                asked.beside(),
                moves ? MoveRules.USUAL : MoveRules.NONE,
                moves ? leases.typicalSeconds(job.protocol()).orElse(USUAL_SECONDS) : USUAL_SECONDS);
    }

    /** An executor that is warm there first: a new one takes seconds. */
    private static Optional<Decision> elsewhere(Room there, Asked asked, List<Gang> others) {
        Fleet fleet = there.fleet(others);
        Optional<SliceKey> warm = there.warm(fleet, asked.each(), asked.beside(), true);
        return warm.<Decision>map(key -> new Decision.Plan(key, List.of(), false))
                .or(() -> Optional.of(Planner.plan(fleet, asked.each(), asked.beside(), MoveRules.NONE, USUAL_SECONDS))
                        .filter(Decision.Plan.class::isInstance));
    }

    /** All or none, on one host. */
    private void together(Asked asked, List<Gang> others, Vain question, Turn turn) {
        Room there = room.on(asked.open().hosts());
        Gang gang = asked.gang();
        String slices = gang.count() + " slices of " + gang.each();
        Optional<List<Fleet.Spot>> spots = Reservations.place(there.fleet(others), gang)
                .or(() -> Reservations.place(there.withoutIdle().fleet(others), gang));
        if (spots.isPresent()) {
            begin(asked.job(), spots.get().stream().map(Round::key).toList());
        } else if (question.closed().isEmpty()
                && !Reservations.keep(there.empty().fleet(List.of()), gang)) {
            impossible(asked.job(), "no host has " + slices);
        } else if (asked.job().priority() != Priority.STAT || !preempt(asked, others)) {
            Decision wait = new Decision.Wait("no host has " + slices + " free");
            waits(asked, asked.open().judge(wait).because(), question, turn);
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

    /** Nobody makes room where a place is kept for somebody whose turn came before. */
    private boolean preempt(Asked asked, List<Gang> others) {
        Job job = asked.job();
        Room there = room.on(asked.open().hosts());
        Optional<Preemption> found = Preemption.cheapest(
                there.unkept(others),
                there.occupants(),
                there.leaving(),
                new Preemption.Wanted(asked.each(), asked.rule().slices(), job.priority()),
                Room.START_SECONDS);
        found.ifPresent(preemption -> exchange(
                job,
                preemption.stopped().stream()
                        .map(o -> new JobStore.Stop(
                                room.jobs().get(o.job()), "made room for STAT job " + job.id() + "; it begins anew"))
                        .toList(),
                List.of(new JobStore.Start(
                        job, preemption.slices().stream().map(room::grant).toList()))));
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
        keepNoMore(job);
        look(jobs.active());
    }

    private static SliceKey key(Fleet.Spot spot) {
        Fleet.Board board = spot.board();
        Placement at = board.geometry().placement(spot.placement());
        return new SliceKey(board.host(), board.gpu(), at.profile().name(), at.start());
    }
}
