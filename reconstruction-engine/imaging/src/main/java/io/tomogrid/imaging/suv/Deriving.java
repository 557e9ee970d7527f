package io.tomogrid.imaging.suv;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A derivation while it is made; what is noted again is noted once. */
final class Deriving {
    private final List<String> path = new ArrayList<>();
    private final Set<SuvDerivation.Used> attributes = new LinkedHashSet<>();
    private final Set<String> steps = new LinkedHashSet<>();

    void way(String word) {
        path.add(word);
    }

    void used(String tag, String name, String value) {
        attributes.add(new SuvDerivation.Used(tag, name, value));
    }

    /** Of a date and time only the time: dates say who somebody is. */
    void used(String tag, String name, LocalTime value) {
        used(tag, name, value.toString());
    }

    void step(String sentence) {
        steps.add(sentence);
    }

    SuvDerivation done() {
        return new SuvDerivation(String.join(", ", path), List.copyOf(attributes), List.copyOf(steps));
    }
}
