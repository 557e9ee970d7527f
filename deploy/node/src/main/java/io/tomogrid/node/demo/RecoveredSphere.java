package io.tomogrid.node.demo;

import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.ContrastRecovery;
import io.tomogrid.imaging.pet.ExampleScan;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sphere of the phantom beside what the returned PET shows in its place.
 *
 * @param trueBackground Bq/ml
 */
record RecoveredSphere(ContrastRecovery found, double trueBackground) {
    /** Spheres of at least this diameter must come out within the bounds; smaller ones lose contrast to their size. */
    static final double BOUND_FROM_MM = 28;

    private static final double LEAST_RECOVERY = 0.8;
    private static final double MOST_RECOVERY = 1.05;
    private static final double BACKGROUND_BOUND = 0.03;

    static List<RecoveredSphere> of(ImageQualityPhantom phantom, Volume pet) {
        return ContrastRecovery.of(pet, phantom, ExampleScan.CENTRE).stream()
                .map(found -> new RecoveredSphere(found, phantom.backgroundBqMl()))
                .toList();
    }

    /** Bq/ml. */
    double trueHot() {
        return trueBackground * found.sphere().ratio();
    }

    boolean bound() {
        return found.sphere().diameterMm() >= BOUND_FROM_MM;
    }

    boolean holds() {
        return !bound()
                || found.recovery() >= LEAST_RECOVERY
                        && found.recovery() <= MOST_RECOVERY
                        && Math.abs(found.background() / trueBackground - 1) <= BACKGROUND_BOUND;
    }

    String verdict() {
        if (!bound()) {
            return "no bound below 28 mm";
        }
        return holds() ? "within 80 to 105 %, background within 3 %" : "OUT OF BOUNDS";
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("diameterMm", found.sphere().diameterMm());
        map.put("trueBqMl", trueHot());
        map.put("bqMl", found.hot());
        map.put("trueBackgroundBqMl", trueBackground);
        map.put("backgroundBqMl", found.background());
        map.put("recovery", found.recovery());
        map.put("variability", found.variability());
        map.put("bounded", bound());
        map.put("withinBounds", holds());
        return map;
    }
}
