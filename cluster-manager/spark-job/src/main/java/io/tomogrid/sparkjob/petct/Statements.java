package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.Quantification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the report says in words: derivation, sums, PERCIST, tracking. In ASCII, since a report has the character
 * set of its source.
 */
final class Statements {
    private Statements() {}

    static List<String> of(Quantification quantification) {
        List<String> statements = new ArrayList<>();
        quantification.series().forEach(series -> statements.add(derivation(series)));
        if (!quantification.scales().isEmpty()) {
            statements.add(quantification.scales().stream()
                    .map(Quantification.Scale::how)
                    .collect(Collectors.joining(". ")));
        }
        if (!quantification.volumes().isEmpty()) {
            statements.add("All lesions together: "
                    + quantification.burden().stream().map(Statements::burden).collect(Collectors.joining("; ")));
        }
        statements.add(liver(quantification.liver()));
        statements.add(tracking(quantification.tracking()));
        return statements.stream().map(Statements::ascii).toList();
    }

    private static String ascii(String text) {
        return text.replace("×", "x")
                .replace("·", "*")
                .replace("−", "-")
                .replace("λ", "lambda")
                .replace("±", "+/-")
                .replaceAll("[^ -~]", "?");
    }

    private static String derivation(Quantification.Derivation series) {
        return "SUV of PET series " + series.seriesUid() + " by " + series.path() + ". "
                + String.join(". ", series.steps()) + ". Attributes: "
                + series.attributes().stream()
                        .map(used -> used.name() + " " + used.tag() + " = " + used.value())
                        .collect(Collectors.joining("; "));
    }

    private static String burden(Quantification.Burden burden) {
        return burden.reason().isEmpty()
                ? String.format(
                        Locale.ROOT, "%s: MTV %.2f ml, TLG %.2f g", burden.method(), burden.mtvMl(), burden.tlg())
                : burden.method() + ": not available, " + burden.reason();
    }

    private static String liver(Quantification.Liver liver) {
        return liver.reason().isEmpty()
                ? String.format(
                        Locale.ROOT,
                        "PERCIST: liver of %.0f ml, SUVbw %.3f ± %.3f g/ml; lesions are measurable from SUVpeak %.3f g/ml"
                                + " (1.5 × mean + 2 SD) on: %s",
                        liver.ml(),
                        liver.mean(),
                        liver.deviation(),
                        liver.threshold(),
                        liver.measurable())
                : "PERCIST: not available, " + liver.reason();
    }

    private static String tracking(Quantification.Tracking tracking) {
        if (!tracking.reason().isEmpty()) {
            return "Tracking: not available, " + tracking.reason();
        }
        return "Tracking against study " + tracking.priorStudyUid() + ", aligned by " + tracking.by() + ": "
                + tracking.tracks().stream().map(Statements::track).collect(Collectors.joining("; "));
    }

    private static String track(Quantification.Track track) {
        if (track.lesion() == 0) {
            return "lesion " + track.prior() + " of then is gone";
        }
        if (track.prior() == 0) {
            return "lesion " + track.lesion() + " is new";
        }
        return String.format(
                Locale.ROOT,
                "lesion %d was lesion %d, SUVpeak %+.0f %%, MTV %+.0f %%",
                track.lesion(),
                track.prior(),
                100 * track.suvPeakChange(),
                100 * track.mtvChange());
    }
}
