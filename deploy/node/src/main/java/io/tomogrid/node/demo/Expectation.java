package io.tomogrid.node.demo;

import io.tomogrid.dicom.synthetic.Sphere;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sphere of the synthetic study beside the lesion that was found in its place.
 *
 * @param lesion the manager's document of the lesion, empty when none was found there
 */
record Expectation(Sphere sphere, Map<?, ?> lesion) {
    /** Spheres of at least this diameter must come out within the bounds; smaller ones are reported with their error. */
    static final double BOUND_FROM_MM = 37;

    private static final double VOLUME_BOUND = 0.05;
    private static final double SUV_BOUND = 0.02;

    static List<Expectation> compare(List<Sphere> spheres, List<?> lesions) {
        List<Expectation> all = new ArrayList<>();
        for (Sphere sphere : spheres) {
            Map<?, ?> nearest = Map.of();
            for (Object item : lesions) {
                Map<?, ?> lesion = (Map<?, ?>) item;
                if (distance(sphere, (List<?>) lesion.get("centre-mm")) < sphere.diameterMm() / 2) {
                    nearest = lesion;
                }
            }
            all.add(new Expectation(sphere, nearest));
        }
        return all;
    }

    /** Relative error of the metabolic volume; NaN when no lesion was found. */
    double volumeError() {
        return error("mtv-ml", sphere.volumeMl());
    }

    /** Relative error of SUVmean. */
    double suvError() {
        return error("suv-mean", sphere.suv());
    }

    boolean bound() {
        return sphere.diameterMm() >= BOUND_FROM_MM;
    }

    boolean holds() {
        return !bound() || Math.abs(volumeError()) <= VOLUME_BOUND && Math.abs(suvError()) <= SUV_BOUND;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("diameterMm", sphere.diameterMm());
        map.put("suv", sphere.suv());
        map.put("mtvMl", sphere.volumeMl());
        map.put(
                "centreMm",
                List.of(
                        sphere.centre().x(),
                        sphere.centre().y(),
                        sphere.centre().z()));
        map.put("found", !lesion.isEmpty());
        map.put("mtvError", finite(volumeError()));
        map.put("suvError", finite(suvError()));
        map.put("bounded", bound());
        map.put("withinBounds", holds());
        return map;
    }

    private double error(String key, double expected) {
        return lesion.get(key) instanceof Number found ? found.doubleValue() / expected - 1 : Double.NaN;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static double distance(Sphere sphere, List<?> mm) {
        double dx = ((Number) mm.get(0)).doubleValue() - sphere.centre().x();
        double dy = ((Number) mm.get(1)).doubleValue() - sphere.centre().y();
        double dz = ((Number) mm.get(2)).doubleValue() - sphere.centre().z();
        return Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
}
