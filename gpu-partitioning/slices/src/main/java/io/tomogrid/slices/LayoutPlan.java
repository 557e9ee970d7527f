package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How one empty GPU is cut into the slices that are wanted.
 *
 * @param steps largest slice first; made in this order every placement fits
 * @param besides what could still be made beside them, for people
 */
public record LayoutPlan(List<Step> steps, String besides) {
    /** @param because why there, in one sentence */
    public record Step(Placement placement, String because) {}

    /**
     * Of all legal layouts of just these slices the one beside which the most capacity is left.
     *
     * @throws IllegalArgumentException if no layout has them; it says why and what is possible
     */
    public static LayoutPlan of(GpuModel model, List<GpuProfile> wanted) {
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("no profile is wanted; name one or more, such as "
                    + model.profiles().get(0).name());
        }
        Geometry geometry = Geometry.of(model.profiles());
        Demand demand = Demand.even(geometry);
        List<List<Placement>> layouts = Layouts.all(Layouts.placements(model.profiles()));
        List<Placement> best = layouts.stream()
                .filter(layout -> count(layout).equals(countProfiles(wanted)))
                .max(Comparator.comparingLong(layout -> demand.capacity(state(geometry, layout))))
                .orElseThrow(() -> new IllegalArgumentException(refusal(model, geometry, layouts, wanted)));
        List<Placement> order = new ArrayList<>(best);
        order.sort(Comparator.comparing(Placement::profile, Geometry.SMALLEST.reversed())
                .thenComparing(Comparator.comparingInt(Placement::start).reversed()));
        List<Step> steps = new ArrayList<>();
        for (int n = 0; n < order.size(); n++) {
            steps.add(new Step(order.get(n), because(geometry, demand, layouts, order, n)));
        }
        return new LayoutPlan(steps, room(geometry, state(geometry, best)));
    }

    private static String because(
            Geometry geometry, Demand demand, List<List<Placement>> layouts, List<Placement> order, int n) {
        Placement chosen = order.get(n);
        List<Placement> standing = order.subList(0, n);
        List<Placement> places = new ArrayList<>();
        List<Placement> possible = new ArrayList<>();
        for (int start : chosen.profile().starts()) {
            Placement place = new Placement(chosen.profile(), start);
            if (place.fitsBeside(standing)) {
                places.add(place);
                boolean leaves = layouts.stream()
                        .anyMatch(layout -> layout.containsAll(standing)
                                && layout.contains(place)
                                && count(layout).equals(count(order)));
                if (leaves) {
                    possible.add(place);
                }
            }
        }
        Geometry.State before = state(geometry, standing);
        long loss = demand.loss(before, geometry.numberOf(chosen.profile().name(), chosen.start()));
        return String.format(
                Locale.ROOT,
                "%s takes memory %s: it fits at %d place%s beside what stands, %s room for the rest, and in the end none"
                        + " leaves more capacity free than this one, which costs %.2f memory slices of it.",
                chosen.profile().name(),
                window(chosen),
                places.size(),
                places.size() == 1 ? "" : "s",
                possible.size() == places.size()
                        ? places.size() == 1 ? "which leaves" : "all of which leave"
                        : possible.size() + " of which leave" + (possible.size() == 1 ? "s" : ""),
                loss * 1e-6);
    }

    /** The memory slices of a placement, for people. */
    public static String window(Placement placement) {
        return placement.profile().memorySlices() == 1
                ? "slice " + placement.start()
                : "slices " + placement.start() + " to " + (placement.end() - 1);
    }

    private static String refusal(
            GpuModel model, Geometry geometry, List<List<Placement>> layouts, List<GpuProfile> wanted) {
        int memory = wanted.stream().mapToInt(GpuProfile::memorySlices).sum();
        int compute = wanted.stream().mapToInt(GpuProfile::computeSlices).sum();
        Map<GpuProfile, Long> counts = countProfiles(wanted);
        String why = memory > geometry.grid()
                ? "they need " + memory + " memory slices of the " + geometry.grid() + " that there are"
                : counts.entrySet().stream()
                        .filter(e -> e.getValue() > e.getKey().maxInstances())
                        .findFirst()
                        .map(e -> "there can be " + e.getKey().maxInstances() + " of "
                                + e.getKey().name() + " at most")
                        .orElse("they are " + memory + " memory slices of " + geometry.grid() + " and " + compute
                                + " compute slices, but the places where they may begin overlap");
        List<Placement> part = layouts.stream()
                .filter(layout -> count(layout).entrySet().stream()
                        .allMatch(e -> e.getValue() <= counts.getOrDefault(e.getKey(), 0L)))
                .max(Comparator.comparingInt((List<Placement> layout) -> layout.stream()
                                .mapToInt(p -> p.profile().memorySlices())
                                .sum())
                        .thenComparingInt(List::size))
                .orElseThrow();
        return "no " + model.name() + " can be cut into " + names(wanted) + ": " + why + "; possible is "
                + names(part.stream().map(Placement::profile).toList()) + ", beside which "
                + room(geometry, state(geometry, part)) + " could be made";
    }

    private static String names(List<GpuProfile> profiles) {
        return profiles.stream()
                .sorted(Geometry.SMALLEST.reversed())
                .map(GpuProfile::name)
                .collect(Collectors.joining(", "));
    }

    private static String room(Geometry geometry, Geometry.State state) {
        List<String> result = new ArrayList<>();
        for (int p = 0; p < geometry.profiles().size(); p++) {
            if (state.remaining(p) > 0) {
                result.add(
                        state.remaining(p) + " x " + geometry.profiles().get(p).name());
            }
        }
        return result.isEmpty() ? "nothing more" : String.join(" or ", result);
    }

    private static Geometry.State state(Geometry geometry, List<Placement> layout) {
        Geometry.State state = geometry.empty();
        for (Placement placement : layout) {
            state = state.after(geometry.numberOf(placement.profile().name(), placement.start()));
        }
        return state;
    }

    private static Map<GpuProfile, Long> count(List<Placement> layout) {
        return countProfiles(layout.stream().map(Placement::profile).toList());
    }

    private static Map<GpuProfile, Long> countProfiles(List<GpuProfile> profiles) {
        Map<GpuProfile, Long> result = new HashMap<>();
        profiles.forEach(profile -> result.merge(profile, 1L, Long::sum));
        return result;
    }
}
