package io.tomogrid.cluster.contract;

import java.io.Serializable;
import java.util.List;

/**
 * Summary of a processed study, for people and for {@code demo --json}.
 *
 * @param suvMax greatest SUVbw of the PET volume, g/ml
 * @param derivation how SUV was derived, one sentence per step
 * @param notes what the reader must know: series left alone, gaps, limits of the model
 * @param lesions the lesions in descending order of MTV
 * @param stages seconds that each stage took, in order
 * @param backend {@code cpu} or {@code cuda}
 * @param quantification what stands behind the numbers, and what was measured beside the model's mask
 * @param provenance what made the results
 */
public record Findings(
        double suvMax,
        List<String> derivation,
        List<String> notes,
        List<Lesion> lesions,
        List<Stage> stages,
        String backend,
        Quantification quantification,
        Provenance provenance)
        implements Serializable {
    /** Without what stands behind the numbers. */
    public Findings(
            double suvMax,
            List<String> derivation,
            List<String> notes,
            List<Lesion> lesions,
            List<Stage> stages,
            String backend) {
        this(suvMax, derivation, notes, lesions, stages, backend, Quantification.NONE, Provenance.NONE);
    }

    public Findings {
        derivation = List.copyOf(derivation);
        notes = List.copyOf(notes);
        lesions = List.copyOf(lesions);
        stages = List.copyOf(stages);
    }

    /**
     * @param suvMax g/ml @param suvMean g/ml @param suvPeak g/ml, mean of the hottest 1 ml sphere
     * @param mtvMl metabolic tumour volume, ml @param tlg suvMean × mtvMl, g
     * @param centreMm centroid in LPS, mm, length 3
     */
    public record Lesion(
            int number, double suvMax, double suvMean, double suvPeak, double mtvMl, double tlg, List<Double> centreMm)
            implements Serializable {}

    public record Stage(String name, double seconds) implements Serializable {}
}
