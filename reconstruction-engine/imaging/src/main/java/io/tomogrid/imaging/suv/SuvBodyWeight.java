package io.tomogrid.imaging.suv;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The factor from rescaled PET values to SUVbw (PRC-03, QNT-01), by the OncoRay/IBSI "Comprehensive Manual for SUV Computation"
 * (2026, CC BY 4.0): {@code SUVbw = value · weight / dose}, both at the same time. A factor that would rest on a guess is
 * refused.
 */
public final class SuvBodyWeight {
    private static final double GRAMS_PER_KILOGRAM = 1000;
    private static final double BQ_PER_MBQ = 1e6;
    /** Doses up to this number are in MBq, those from {@link #LEAST_BQ} in Bq; between them the unit is unknown. */
    private static final double MOST_MBQ = 1e4;

    private static final double LEAST_BQ = 1e6;
    private static final double WEIGHT_IN_GRAMS = 1000;
    /** No patient is lighter or heavier, kg. */
    static final double LIGHTEST_KG = 0.2;

    static final double HEAVIEST_KG = 700;
    private static final double HALF_LIFE_TOLERANCE = 0.05;

    private final PetQuantity pet;
    private final Deriving derivation = new Deriving();

    private SuvBodyWeight(PetQuantity pet) {
        this.pet = pet;
    }

    public static SuvFactors factors(PetQuantity pet) {
        SuvBodyWeight rules = new SuvBodyWeight(pet);
        try {
            double[] factors = rules.factors();
            for (double factor : factors) {
                if (!(factor > 0) || Double.isInfinite(factor)) {
                    throw new NotQuantifiable("the attributes give " + factor + " as the factor to SUV");
                }
            }
            return new SuvFactors.Computed(
                    factors, rules.derivation.done(), BodyScales.of(pet.patient(), rules.weightIfKnown()));
        } catch (NotQuantifiable e) {
            return new SuvFactors.Refused("SUV cannot be computed: " + e.getMessage());
        }
    }

    private double[] factors() throws NotQuantifiable {
        require(!pet.frames().isEmpty(), "the series has no images");
        for (PetQuantity.Frame frame : pet.frames()) {
            require(
                    frame.rescaleIntercept() == 0,
                    "Rescale Intercept (0028,1052) is not 0, as it has to be in PET images");
        }
        require(
                pet.correctedImage().contains("ATTN"),
                "Corrected Image (0028,0051) does not name ATTN: send the attenuation-corrected series");
        derivation.way(pet.units());
        derivation.used("(0054,1001)", "Units", pet.units());
        return switch (pet.units()) {
            case "BQML" -> fromActivity(1);
            case "GML" -> everySlice(fromOtherSuv());
            case "CM2ML" -> everySlice(fromBodySurface());
            case "CNTS" -> fromPhilipsCounts();
            case "CPS" -> fromCountRate();
            case "" -> throw new NotQuantifiable("Units (0054,1001) is missing");
            default ->
                throw new NotQuantifiable("Units (0054,1001) is " + pet.units()
                        + ", which cannot be turned into activity: send the series in BQML");
        };
    }

    private double[] fromPhilipsCounts() throws NotQuantifiable {
        double suv = pet.vendor().philipsSuvFactor();
        if (suv > 0) {
            derivation.way("Philips SUV Scale Factor");
            derivation.used("(7053,1000)", "Philips SUV Scale Factor", number(suv));
            derivation.step("Units CNTS: values × Philips SUV Scale Factor (7053,1000) = " + number(suv));
            return everySlice(suv);
        }
        double activity = pet.vendor().philipsActivityFactor();
        require(
                activity > 0,
                "Units (0054,1001) is CNTS and neither Philips SUV Scale Factor (7053,1000) nor"
                        + " Activity Concentration Scale Factor (7053,1009) is there: keep private attributes when sending");
        derivation.way("Philips Activity Concentration Scale Factor");
        derivation.used("(7053,1009)", "Philips Activity Concentration Scale Factor", number(activity));
        derivation.step("Units CNTS: Bq/ml = values × Philips Activity Concentration Scale Factor (7053,1009) = "
                + number(activity));
        return fromActivity(activity);
    }

    /** A factor of 1 stands where nobody calibrated: no scanner gives one count a second per Bq/ml. */
    private double[] fromCountRate() throws NotQuantifiable {
        double factor = pet.doseCalibrationFactor();
        require(
                factor > 0 && factor != 1,
                "Units (0054,1001) is CPS and Dose Calibration Factor (0054,1322) is missing, 0 or 1, so the series is"
                        + " not calibrated: send it in BQML");
        derivation.used("(0054,1322)", "Dose Calibration Factor", number(factor));
        derivation.step("Units CPS: Bq/ml = values × Dose Calibration Factor (0054,1322) = " + number(factor));
        return fromActivity(factor);
    }

    /** @param activity Bq/ml for one unit of the rescaled values */
    private double[] fromActivity(double activity) throws NotQuantifiable {
        double perGram = activity * weight() * GRAMS_PER_KILOGRAM / dose();
        derivation.way(pet.decayCorrection());
        derivation.used("(0054,1102)", "Decay Correction", pet.decayCorrection());
        derivation.used(
                "(0028,0051)", "Corrected Image", pet.correctedImage().contains("DECY") ? "with DECY" : "without DECY");
        derivation.step("SUVbw = activity × weight / dose, both at the same time");
        return switch (pet.decayCorrection()) {
            case "ADMIN" -> {
                require(pet.correctedImage().contains("DECY"), contradiction("ADMIN", "does not name"));
                derivation.step("Decay Correction ADMIN: values and dose are at the time of administration");
                yield everySlice(perGram);
            }
            case "START" -> {
                require(pet.correctedImage().contains("DECY"), contradiction("START", "does not name"));
                Decay decay = decay();
                double elapsed = new DecayReference(pet, decay, derivation).elapsed();
                derivation.step("dose at the reference time = administered dose × 2^(−" + number(elapsed) + " s / "
                        + number(decay.halfLife()) + " s)");
                yield everySlice(perGram / decay.left(elapsed));
            }
            case "NONE" -> {
                require(!pet.correctedImage().contains("DECY"), contradiction("NONE", "names"));
                yield slices(perGram, decay());
            }
            case "" -> throw new NotQuantifiable("Decay Correction (0054,1102) is missing");
            default -> throw new NotQuantifiable("Decay Correction (0054,1102) is " + pet.decayCorrection());
        };
    }

    private double[] slices(double perGram, Decay decay) throws NotQuantifiable {
        DecayReference reference = new DecayReference(pet, decay, derivation);
        double[] factors = new double[pet.frames().size()];
        for (int k = 0; k < factors.length; k++) {
            double duration = pet.frames().get(k).duration() / 1000;
            require(duration > 0, "Actual Frame Duration (0018,1242) is missing, which Decay Correction NONE needs");
            factors[k] = perGram * decay.startOverMean(duration) / decay.left(reference.elapsedAtAcquisition(k));
        }
        derivation.used(
                "(0018,1242)",
                "Actual Frame Duration",
                number(pet.frames().get(0).duration()) + " ms");
        derivation.step("Decay Correction NONE: each slice × λT/(1−e^−λT) · e^(λ·(acquisition − administration)),"
                + " T = Actual Frame Duration, half-life " + number(decay.halfLife()) + " s");
        return factors;
    }

    private double fromOtherSuv() throws NotQuantifiable {
        derivation.used("(0054,1006)", "SUV Type", pet.suvType().isEmpty() ? "empty" : pet.suvType());
        if (pet.suvType().isEmpty() || pet.suvType().equals("BW")) {
            derivation.step(
                    "Units GML, SUV Type " + (pet.suvType().isEmpty() ? "empty (BW)" : "BW") + ": values are SUVbw");
            return 1;
        }
        require(
                List.of("LBM", "LBMJAMES128", "LBMJANMA", "IBW").contains(pet.suvType()),
                "SUV Type (0054,1006) is " + pet.suvType() + " with Units GML");
        SuvKind kind = SuvKind.valueOf(pet.suvType());
        derivation.way(kind.label());
        BodySize body = body(kind);
        double mass = BodyScales.mass(kind, body);
        derivation.step("Units GML, SUV Type " + pet.suvType() + ": SUVbw = values × weight / " + number(mass) + " kg"
                + (body.sex().equals("O") ? ", the mean of both sexes' formulas" : ""));
        return body.weight() / mass;
    }

    private double fromBodySurface() throws NotQuantifiable {
        derivation.used("(0054,1006)", "SUV Type", pet.suvType().isEmpty() ? "empty" : pet.suvType());
        require(
                pet.suvType().isEmpty() || pet.suvType().equals("BSA"),
                "SUV Type (0054,1006) is " + pet.suvType() + " with Units CM2ML");
        BodySize body = body(SuvKind.BSA);
        derivation.step("Units CM2ML: SUVbw = values × weight / body surface of " + number(body.surface()) + " cm2");
        return body.weight() * GRAMS_PER_KILOGRAM / body.surface();
    }

    private BodySize body(SuvKind kind) throws NotQuantifiable {
        BodySize body = BodyScales.body(kind, pet.patient(), weight());
        derivation.used("(0010,1020)", "Patient's Size", number(pet.patient().size()) + " m");
        if (kind != SuvKind.BSA) {
            derivation.used("(0010,0040)", "Patient's Sex", body.sex());
        }
        return body;
    }

    /** kg. */
    private double weight() throws NotQuantifiable {
        double weight = weightIfKnown();
        require(weight > 0, "Patient's Weight (0010,1030) is missing or 0: enter the weight and send the series again");
        require(
                weight >= LIGHTEST_KG && weight <= HEAVIEST_KG,
                "Patient's Weight (0010,1030) is " + number(weight) + " kg, no weight of a patient");
        boolean grams = pet.patient().weight() > WEIGHT_IN_GRAMS;
        derivation.used("(0010,1030)", "Patient's Weight", number(pet.patient().weight()) + (grams ? " g" : " kg"));
        derivation.step(
                grams
                        ? "Patient's Weight (0010,1030) above 1000 is in grams: " + number(weight) + " kg"
                        : "Patient's Weight (0010,1030) = " + number(weight) + " kg");
        return weight;
    }

    /** kg; NaN if it is missing. */
    private double weightIfKnown() {
        double weight = pet.patient().weight();
        if (!(weight > 0)) {
            return Double.NaN;
        }
        return weight > WEIGHT_IN_GRAMS ? weight / GRAMS_PER_KILOGRAM : weight;
    }

    /** Bq. */
    private double dose() throws NotQuantifiable {
        double dose = pet.agent().totalDose();
        require(
                dose > 0,
                "Radionuclide Total Dose (0018,1074) is missing or 0: enter the dose and send the series again");
        if (dose <= MOST_MBQ) {
            derivation.used("(0018,1074)", "Radionuclide Total Dose", number(dose) + " MBq");
            derivation.step("Radionuclide Total Dose (0018,1074) = " + number(dose) + ", by its magnitude in MBq");
            return dose * BQ_PER_MBQ;
        }
        require(
                dose >= LEAST_BQ,
                "Radionuclide Total Dose (0018,1074) is " + number(dose) + ", too much for MBq and too little for Bq");
        derivation.used("(0018,1074)", "Radionuclide Total Dose", number(dose) + " Bq");
        derivation.step("Radionuclide Total Dose (0018,1074) = " + number(dose) + " Bq");
        return dose;
    }

    private Decay decay() throws NotQuantifiable {
        double stated = pet.agent().halfLife();
        var nuclide = Nuclide.of(pet.agent().nuclideCode());
        if (stated > 0) {
            if (nuclide.isPresent()) {
                double known = nuclide.get().halfLife();
                require(
                        Math.abs(stated - known) <= HALF_LIFE_TOLERANCE * known,
                        "Radionuclide Half Life (0018,1075) is " + number(stated) + " s but that of " + nuclide.get()
                                + " is " + number(known) + " s");
            }
            derivation.used("(0018,1075)", "Radionuclide Half Life", number(stated) + " s");
            return new Decay(stated);
        }
        require(
                nuclide.isPresent(),
                "Radionuclide Half Life (0018,1075) is missing and the Radionuclide Code Sequence (0054,0300) names no"
                        + " known nuclide");
        derivation.used(
                "(0054,0300)", "Radionuclide Code Sequence", nuclide.get().toString());
        derivation.step("half-life of " + nuclide.get() + " by its code: "
                + number(nuclide.get().halfLife()) + " s");
        return new Decay(nuclide.get().halfLife());
    }

    private double[] everySlice(double factor) {
        double[] factors = new double[pet.frames().size()];
        Arrays.fill(factors, factor);
        return factors;
    }

    private static String contradiction(String correction, String names) {
        return "Decay Correction (0054,1102) is " + correction + " but Corrected Image (0028,0051) " + names + " DECY";
    }

    static void require(boolean holds, String reason) throws NotQuantifiable {
        if (!holds) {
            throw new NotQuantifiable(reason);
        }
    }

    /** Seven significant digits, without needless zeros. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        return new java.math.BigDecimal(String.format(Locale.ROOT, "%.6e", value))
                .stripTrailingZeros()
                .toPlainString();
    }
}
