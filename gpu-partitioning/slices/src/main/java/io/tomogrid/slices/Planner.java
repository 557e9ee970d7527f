package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds a slice for a request. A pure function: the same inventory, leases and request give the same answer.
 *
 * <p>An idle slice of the smallest profile that serves is taken as it is. Else that placement is cut whose loss of future
 * capacity is least (see {@link Demand}), counting everything idle as free, since an idle slice can be destroyed. Of places that
 * cost as much, that is taken where the neighbours hurt least, as far as that is known (see {@link Interference}). If nothing fits,
 * running jobs that can be restarted make room, where the rules allow it and where it pays.
 */
public final class Planner {
    private static final double MILLIONTH = 1e-6;
    /** For whom a GPU is kept of which nothing is known. */
    private static final String UNKNOWN = "nobody";

    private Planner() {}

    /**
     * Without moves.
     *
     * @param hosts all hosts that are known; a request is called impossible by these alone
     * @param leases the slices of live leases, whether they exist yet or not
     */
    public static Decision plan(List<HostInventory> hosts, Collection<SliceKey> leases, SliceRequest request) {
        return plan(hosts, leases.stream().map(Holding::fixed).toList(), request, MoveRules.NONE, 0);
    }

    /**
     * @param holdings the slices of live leases, and what it costs to move them
     * @param seconds for which the request will probably use its slice; moves pay when fewer slice-seconds of work are done twice
     */
    public static Decision plan(
            List<HostInventory> hosts,
            Collection<Holding> holdings,
            SliceRequest request,
            MoveRules rules,
            double seconds) {
        return plan(fleet(hosts, holdings), request, rules, seconds);
    }

    /** The GPUs as their agents tell of them, with what is leased or locked taken. */
    public static Fleet fleet(List<HostInventory> hosts, Collection<Holding> holdings) {
        Map<String, List<Holding>> byHost = new HashMap<>();
        for (Holding holding : holdings) {
            byHost.computeIfAbsent(holding.slice().host(), host -> new ArrayList<>())
                    .add(holding);
        }
        Fleet fleet = new Fleet();
        List<GpuProfile> profiles = null;
        Geometry geometry = null;
        List<HostInventory> sorted = new ArrayList<>(hosts);
        sorted.sort(Comparator.comparing(HostInventory::host));
        for (HostInventory host : sorted) {
            List<Holding> held = byHost.getOrDefault(host.host(), List.of());
            for (Gpu gpu : host.gpus()) {
                if (!gpu.profiles().equals(profiles)) {
                    profiles = gpu.profiles();
                    geometry = Geometry.of(profiles);
                }
                Fleet.Board board = fleet.addKept(geometry, host.host(), gpu.index(), UNKNOWN);
                boolean usable = !host.draining() && gpu.fault().isEmpty();
                if (occupy(fleet, board, gpu, held) && usable) {
                    fleet.keep(board, "");
                }
            }
        }
        return fleet;
    }

    /** @return false if it is cut in another way since a lease began, so that nothing is known of what is free */
    private static boolean occupy(Fleet fleet, Fleet.Board board, Gpu gpu, List<Holding> held) {
        boolean clear = true;
        for (Holding holding : held) {
            if (holding.slice().gpu() == gpu.index()) {
                clear &= occupy(fleet, board, holding);
            }
        }
        long leased = board.layout();
        long idle = 0;
        long ready = 0;
        for (Slice slice : gpu.slices()) {
            int placement =
                    board.geometry().numberOf(slice.key().profile(), slice.key().start());
            if (placement < 0) {
                clear = false;
            } else if ((leased & 1L << placement) == 0) {
                if (slice.locked()) {
                    clear &= occupy(fleet, board, Holding.fixed(slice.key()));
                } else {
                    idle |= 1L << placement;
                    ready |= slice.deviceUuid().isEmpty() ? 0 : 1L << placement;
                }
            }
        }
        fleet.stand(board, idle, ready);
        return clear;
    }

    private static boolean occupy(Fleet fleet, Fleet.Board board, Holding holding) {
        SliceKey slice = holding.slice();
        int placement = board.geometry().numberOf(slice.profile(), slice.start());
        if (placement < 0 || board.state().after(placement) == null) {
            return false;
        }
        fleet.take(board, placement, holding.restartLoss(), holding.workload());
        return true;
    }

    /** The same for who keeps a fleet up to date, which is quicker than reading ten thousand GPUs for each request. */
    public static Decision plan(Fleet fleet, SliceRequest request, MoveRules rules, double seconds) {
        return plan(fleet, request, Interference.UNKNOWN, rules, seconds);
    }

    /** @param with what is known of the neighbours: of places that cost as much, that where they hurt least is taken */
    public static Decision plan(Fleet fleet, SliceRequest request, Interference with, MoveRules rules, double seconds) {
        Fleet.Spot spot = fleet.best(request, with);
        if (spot != null) {
            return plan(spot);
        }
        if (fleet.size() == 0) {
            return new Decision.Wait("no agent has told of a GPU yet");
        }
        int size = smallest(fleet, request);
        if (size == 0) {
            return new Decision.Impossible(
                    "no GPU can serve " + request + "; the largest slice there is: " + largest(fleet));
        }
        Rearrangement made = fleet.rearrange(request, rules, size * seconds);
        if (made == null) {
            return new Decision.Wait("every slice of " + request + " is taken; it waits until one is free");
        }
        Decision.Plan then = plan(made.spot());
        List<Decision.Move> moves = made.moves().stream()
                .map(m -> new Decision.Move(key(m.from(), m.resident().placement()), plan(m.to())))
                .toList();
        String because = String.format(
                Locale.ROOT,
                "%s is made free by moving %s, which costs %.0f slice-seconds of work done twice and gains %.0f.",
                then.key(),
                moves.stream().map(m -> m.from() + " to " + m.to().key()).collect(Collectors.joining(", ")),
                made.cost(),
                size * seconds);
        return new Decision.Rearrange(moves, then, because);
    }

    private static Decision.Plan plan(Fleet.Spot spot) {
        Fleet.Board board = spot.board();
        boolean exists = (board.ready() & 1L << spot.placement()) != 0;
        SliceKey key = key(board, spot.placement());
        List<SliceKey> toDestroy = exists ? List.of() : inTheWay(board, spot.placement());
        String because = exists
                ? key + " is idle and serves as it is" + neighbours(spot) + "."
                : String.format(
                        Locale.ROOT,
                        "%s is cut, since no place anywhere loses less future capacity (%.2f memory slices, mean over the"
                                + " profiles) on a fuller GPU (%d of %d taken before)%s%s.",
                        key,
                        spot.loss() * MILLIONTH,
                        board.geometry().grid() - board.state().free(),
                        board.geometry().grid(),
                        toDestroy.isEmpty() ? "" : "; the idle " + toDestroy + " go for it",
                        neighbours(spot));
        return new Decision.Plan(key, toDestroy, !exists, because);
    }

    private static String neighbours(Fleet.Spot spot) {
        return spot.instead()
                .map(other -> String.format(
                        Locale.ROOT,
                        "; its neighbours and it lose %.0f %% of their time to each other, where it would be %.0f %% on %s, which"
                                + " costs as much otherwise",
                        100 * spot.hurt(),
                        100 * other.hurt(),
                        key(other.board(), other.placement())))
                .orElse("");
    }

    /** Idle slices whose windows overlap, and, where the profile has too many instances, idle ones of it. */
    private static List<SliceKey> inTheWay(Fleet.Board board, int placement) {
        Geometry geometry = board.geometry();
        List<SliceKey> result = new ArrayList<>();
        List<Placement> standing = new ArrayList<>();
        board.residents().forEach(r -> standing.add(geometry.placement(r.placement())));
        for (long rest = board.idle() & ~(1L << placement); rest != 0; rest &= rest - 1) {
            int other = Long.numberOfTrailingZeros(rest);
            standing.add(geometry.placement(other));
            if (!geometry.placement(placement).fitsBeside(standing)) {
                standing.remove(standing.size() - 1);
                result.add(key(board, other));
            }
        }
        return result;
    }

    private static SliceKey key(Fleet.Board board, int placement) {
        Placement at = board.geometry().placement(placement);
        return new SliceKey(board.host(), board.gpu(), at.profile().name(), at.start());
    }

    /** @return memory slices of the smallest profile that serves; 0 if there is none */
    private static int smallest(Fleet fleet, SliceRequest request) {
        return fleet.kinds().stream()
                .filter(geometry -> geometry.serving(request).length > 0)
                .mapToInt(geometry -> geometry.placement(geometry.serving(request)[0])
                        .profile()
                        .memorySlices())
                .min()
                .orElse(0);
    }

    private static String largest(Fleet fleet) {
        return fleet.kinds().stream()
                .flatMap(geometry -> geometry.profiles().stream())
                .filter(profile -> profile.plain() && !profile.starts().isEmpty())
                .max(Comparator.comparingLong(GpuProfile::memoryBytes).thenComparingInt(GpuProfile::computeSlices))
                .map(p -> p.name() + " with " + new SliceRequest(p.memoryBytes(), p.computeSlices()))
                .orElse("none");
    }
}
