package io.tomogrid.cluster.contract;

import java.io.Serializable;
import java.util.List;

/**
 * What stands behind the numbers of {@link Findings}, and what was measured beside the model's mask. Without patient identity
 * and dates.
 *
 * @param series how the quantity of each series was derived, or why it was not
 * @param scales the kinds of SUV beside SUVbw
 * @param volumes lesion by lesion, what other ways than the mask give
 * @param burden for each way, all lesions together; {@code mask} first
 * @param liver PERCIST's reference
 * @param tracking the lesions held against those of the prior study
 */
public record Quantification(
        List<Derivation> series,
        List<Scale> scales,
        List<Volume> volumes,
        List<Burden> burden,
        Liver liver,
        Tracking tracking)
        implements Serializable {
    /** Of findings that have none. */
    public static final Quantification NONE =
            new Quantification(List.of(), List.of(), List.of(), List.of(), Liver.none(""), Tracking.none("", ""));

    public Quantification {
        series = List.copyOf(series);
        scales = List.copyOf(scales);
        volumes = List.copyOf(volumes);
        burden = List.copyOf(burden);
    }

    /**
     * @param path which way was gone, e.g. {@code BQML, START, reference: Series Time}
     * @param steps the formulas, one sentence each
     * @param refused why the series has no SUV; empty where it has
     */
    public record Derivation(
            String seriesUid, String path, List<Attribute> attributes, List<String> steps, String refused)
            implements Serializable {
        public Derivation {
            attributes = List.copyOf(attributes);
            steps = List.copyOf(steps);
        }
    }

    /** A tag, its name and the value that was used. */
    public record Attribute(String tag, String name, String value) implements Serializable {}

    /** @param perSuvBw this SUV where SUVbw is 1; NaN where it cannot be computed @param how formula or reason */
    public record Scale(String kind, String unit, double perSuvBw, String how) implements Serializable {}

    /**
     * @param method e.g. {@code SUV 4.0}, {@code 41 %}, {@code gradient} @param threshold g/ml
     * @param mtvMl ml, NaN where it is not available @param tlg g, likewise @param reason why it is not available
     */
    public record Volume(int lesion, String method, double threshold, double mtvMl, double tlg, String reason)
            implements Serializable {}

    /** @param mtvMl TMTV, ml; NaN where it is not available @param tlg g, likewise @param reason why */
    public record Burden(String method, double mtvMl, double tlg, String reason) implements Serializable {}

    /**
     * @param mean SUVbw of the region, g/ml; NaN where there is none @param deviation standard deviation, g/ml
     * @param threshold 1.5 × mean + 2 × deviation, g/ml @param ml volume of the region
     * @param centreMm its centroid, LPS mm; empty where there is none
     * @param measurable numbers of the lesions whose SUVpeak reaches the threshold @param reason why there is none
     */
    public record Liver(
            double mean,
            double deviation,
            double threshold,
            double ml,
            List<Double> centreMm,
            List<Integer> measurable,
            String reason)
            implements Serializable {
        public Liver {
            centreMm = List.copyOf(centreMm);
            measurable = List.copyOf(measurable);
        }

        public static Liver none(String reason) {
            return new Liver(Double.NaN, Double.NaN, Double.NaN, Double.NaN, List.of(), List.of(), reason);
        }
    }

    /**
     * @param frameOfReferenceUid what the places of this study are in
     * @param priorStudyUid the study that the lesions were held against; empty if none was
     * @param by what aligned the two, {@code frame of reference} or {@code landmark}; empty if nothing did
     * @param tracks every lesion of this study, and those of the prior that are gone
     * @param reason why nothing was matched; empty where something was
     */
    public record Tracking(
            String frameOfReferenceUid, String priorStudyUid, String by, List<Track> tracks, String reason)
            implements Serializable {
        public Tracking {
            tracks = List.copyOf(tracks);
        }

        public static Tracking none(String frameOfReferenceUid, String reason) {
            return new Tracking(frameOfReferenceUid, "", "", List.of(), reason);
        }
    }

    /**
     * @param lesion number in this study, 0 for one that is gone @param prior number in the prior study, 0 for a new one
     * @param trackingUid the same in all studies that have the lesion
     * @param suvPeakChange (now − then) / then; NaN where there is no then @param mtvChange likewise
     */
    public record Track(int lesion, int prior, String trackingUid, double suvPeakChange, double mtvChange)
            implements Serializable {}
}
