package io.tomogrid.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** QNT-01, QNT-08: what stands behind the numbers crosses as JSON and comes back the same. */
class QuantificationTest {
    private static final Findings FINDINGS = new Findings(
            12.5,
            List.of("SUVbw = activity × weight / dose"),
            List.of(),
            List.of(new Findings.Lesion(1, 12.5, 7.25, 9, 0.75, 5.4375, List.of(-10.0, 20.5, 300.0))),
            List.of(),
            "cpu",
            new Quantification(
                    List.of(new Quantification.Derivation(
                            "1.2.3",
                            "BQML, ADMIN",
                            List.of(new Quantification.Attribute("(0054,1001)", "Units", "BQML")),
                            List.of("SUVbw = activity × weight / dose"),
                            "")),
                    List.of(new Quantification.Scale("SUVibw", "g/ml{SUVibw}", Double.NaN, "no height")),
                    List.of(new Quantification.Volume(1, "41 %", 5.125, 0.5, 3.5, "")),
                    List.of(new Quantification.Burden("SUV 2.5", Double.NaN, Double.NaN, "lesion 1 runs on")),
                    new Quantification.Liver(2, 0.25, 3.5, 900, List.of(1.0, 2.0, 3.0), List.of(1), ""),
                    new Quantification.Tracking(
                            "1.9",
                            "1.8",
                            "landmark",
                            List.of(
                                    new Quantification.Track(1, 2, "2.25.1", -0.5, 0.25),
                                    new Quantification.Track(0, 1, "2.25.2", Double.NaN, Double.NaN)),
                            "")),
            new Provenance(
                    "petct-standard 0.1.0",
                    "cpu",
                    "node1-gpu0-1g-0",
                    true,
                    List.of(new Provenance.Step("mip", List.of("frames=60"))),
                    List.of(new Provenance.Input("1.2.3", "PT", 24, "ab"))));

    @Test
    void findings_come_back_as_they_were() {
        String json = Documents.json(Documents.toMap(FINDINGS));
        assertThat(Documents.findings(Documents.parse(json))).isEqualTo(FINDINGS);
        assertThat(json).contains("\"per-suv-bw\":null").contains("\"suv-peak-change\":-0.5");
    }

    @Test
    void findings_from_before_have_neither() {
        Map<String, Object> old = new LinkedHashMap<>(Documents.toMap(FINDINGS));
        old.remove("quantification");
        old.remove("provenance");
        Findings read = Documents.findings(old);
        assertThat(read.quantification()).isEqualTo(Quantification.NONE);
        assertThat(read.provenance()).isEqualTo(Provenance.NONE);
        assertThat(read.lesions()).isEqualTo(FINDINGS.lesions());
    }

    @Test
    void what_is_missing_or_of_another_type_is_named() {
        Map<String, Object> map = new LinkedHashMap<>(Documents.toMap(FINDINGS));
        map.put("quantification", new LinkedHashMap<>(Map.of("series", "none")));
        assertThatThrownBy(() -> Documents.findings(map)).hasMessage("series: expected a List, got none");
        map.put("quantification", new LinkedHashMap<>());
        assertThatThrownBy(() -> Documents.findings(map)).hasMessage("series is missing");
    }

    @Test
    void a_task_carries_the_prior_study() {
        PriorStudy prior = new PriorStudy("1.8", FINDINGS);
        Map<String, Object> task = Documents.toMap(DocumentsTest.TASK.withPriors(List.of(prior)));
        assertThat(Documents.reconstructionTask(Documents.parse(Documents.json(task)))
                        .priors())
                .containsExactly(prior);
    }
}
