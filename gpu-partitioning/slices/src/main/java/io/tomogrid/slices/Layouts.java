package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.List;

/** Every way in which a GPU can be cut, by the rules of {@link Placement#fitsBeside}. */
public final class Layouts {
    private Layouts() {}

    /** @return all legal sets of placements, the empty one among them */
    public static List<List<Placement>> all(List<Placement> placements) {
        List<List<Placement>> result = new ArrayList<>();
        extend(placements, 0, List.of(), result);
        return result;
    }

    /** @return those to which nothing can be added */
    public static List<List<Placement>> maximal(List<Placement> placements) {
        return all(placements).stream()
                .filter(layout -> placements.stream().noneMatch(p -> p.fitsBeside(layout)))
                .toList();
    }

    /** Every place of every profile. */
    public static List<Placement> placements(List<GpuProfile> profiles) {
        return profiles.stream()
                .flatMap(p -> p.starts().stream().map(start -> new Placement(p, start)))
                .toList();
    }

    private static void extend(
            List<Placement> placements, int from, List<Placement> layout, List<List<Placement>> result) {
        result.add(layout);
        for (int i = from; i < placements.size(); i++) {
            if (placements.get(i).fitsBeside(layout)) {
                List<Placement> longer = new ArrayList<>(layout);
                longer.add(placements.get(i));
                extend(placements, i + 1, longer, result);
            }
        }
    }
}
