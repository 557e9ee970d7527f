package io.tomogrid.dicom.object;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What was measured in one lesion.
 *
 * @param suvMax g/ml, body weight
 * @param suvMean g/ml, body weight
 * @param suvPeak g/ml, body weight: the highest mean of a sphere of 1 ml; empty where no such sphere lies within the image
 * @param mtvMl metabolic tumour volume, ml
 * @param tlgG total lesion glycolysis, g: SUVmean × MTV
 * @param others what other ways than the segment give
 */
public record LesionMeasurements(
        Segment segment,
        double suvMax,
        double suvMean,
        OptionalDouble suvPeak,
        double mtvMl,
        double tlgG,
        List<Extent> others) {
    public LesionMeasurements {
        others = List.copyOf(others);
    }

    public LesionMeasurements(
            Segment segment, double suvMax, double suvMean, OptionalDouble suvPeak, double mtvMl, double tlgG) {
        this(segment, suvMax, suvMean, suvPeak, mtvMl, tlgG, List.of());
    }

    /**
     * The lesion by a threshold.
     *
     * @param method for people, at most 64 characters, such as {@code 41 %}
     * @param code of the method in our own scheme, at most 16 characters
     */
    public record Extent(String method, String code, double mtvMl, double tlgG) {}
}
