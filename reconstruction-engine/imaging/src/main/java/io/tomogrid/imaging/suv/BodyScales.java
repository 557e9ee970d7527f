package io.tomogrid.imaging.suv;

import static io.tomogrid.imaging.suv.SuvBodyWeight.number;
import static io.tomogrid.imaging.suv.SuvBodyWeight.require;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The SUVs beside SUVbw, as far as weight, height and sex are told. A kind that is not is refused, not guessed. */
final class BodyScales {
    private static final double GRAMS_PER_KILOGRAM = 1000;
    private static final double CM_PER_M = 100;
    private static final double SHORTEST_M = 0.2;
    private static final double TALLEST_M = 3;
    private static final List<String> SEXES = List.of("M", "F", "O");

    private BodyScales() {}

    /** Every kind but SUVbw. @param weight kg, NaN if it is not known */
    static List<SuvScale> of(PetQuantity.Patient patient, double weight) {
        List<SuvScale> scales = new ArrayList<>();
        for (SuvKind kind : SuvKind.values()) {
            if (kind != SuvKind.BW) {
                scales.add(scale(kind, patient, weight));
            }
        }
        return List.copyOf(scales);
    }

    private static SuvScale scale(SuvKind kind, PetQuantity.Patient patient, double weight) {
        try {
            require(
                    weight >= SuvBodyWeight.LIGHTEST_KG && weight <= SuvBodyWeight.HEAVIEST_KG,
                    "Patient's Weight (0010,1030) is missing or no weight of a patient: enter it and send the series"
                            + " again");
            BodySize body = body(kind, patient, weight);
            if (kind == SuvKind.BSA) {
                return new SuvScale(
                        kind,
                        OptionalDouble.of(body.surface() / (weight * GRAMS_PER_KILOGRAM)),
                        "SUVbsa = SUVbw × " + number(body.surface())
                                + " cm2 / weight; body surface = 0.007184 · H^0.725 ·" + " W^0.425 m2");
            }
            double mass = mass(kind, body);
            require(mass > 0 && mass < 3 * weight, "the formula gives a mass of " + number(mass) + " kg");
            return new SuvScale(
                    kind,
                    OptionalDouble.of(mass / weight),
                    kind.label() + " = SUVbw × " + number(mass) + " kg / weight; " + formula(kind)
                            + (body.sex().equals("O") ? ", the mean of both sexes' formulas" : ""));
        } catch (NotQuantifiable e) {
            return new SuvScale(kind, OptionalDouble.empty(), kind.label() + " cannot be computed: " + e.getMessage());
        }
    }

    /** Checks what a kind needs. */
    static BodySize body(SuvKind kind, PetQuantity.Patient patient, double weight) throws NotQuantifiable {
        require(
                patient.size() > 0,
                "Patient's Size (0010,1020) is missing or 0, which " + kind.label()
                        + " needs: enter it and send the series again");
        require(
                patient.size() < TALLEST_M && patient.size() > SHORTEST_M,
                "Patient's Size (0010,1020) is not in metres");
        require(
                kind == SuvKind.BSA || SEXES.contains(patient.sex()),
                "Patient's Sex (0010,0040) is missing or unknown, which " + kind.label() + " needs");
        BodySize body = new BodySize(weight, patient.size() * CM_PER_M, patient.sex());
        if (kind == SuvKind.LBM || kind == SuvKind.LBMJAMES128) {
            double heaviest = body.heaviestLean(kind == SuvKind.LBM ? BodySize.MORGAN_MALE : BodySize.JAMES_MALE);
            require(
                    weight <= heaviest,
                    "above " + number(heaviest) + " kg at this height its formula gives less lean mass for more weight;"
                            + " use SUVlbm(Janma)");
        }
        return body;
    }

    /** kg. */
    static double mass(SuvKind kind, BodySize body) {
        return switch (kind) {
            case LBM -> body.leanMorgan();
            case LBMJAMES128 -> body.leanJames();
            case LBMJANMA -> body.leanJanmahasatian();
            case IBW -> body.ideal();
            case BW, BSA -> body.weight();
        };
    }

    private static String formula(SuvKind kind) {
        return switch (kind) {
            case LBM -> "M 1.10 W − 120 (W/H)2, F 1.07 W − 148 (W/H)2";
            case LBMJAMES128 -> "M 1.10 W − 128 (W/H)2, F 1.07 W − 148 (W/H)2";
            case LBMJANMA -> "M 9270 W / (6680 + 216 BMI), F 9270 W / (8780 + 244 BMI)";
            default -> "M 48.0 + 1.06 (H − 152), F 45.5 + 0.91 (H − 152)";
        };
    }
}
