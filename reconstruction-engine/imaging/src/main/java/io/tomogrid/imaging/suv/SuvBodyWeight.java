package io.tomogrid.imaging.suv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The factor from rescaled PET values to SUVbw (PRC-03), by the OncoRay/IBSI "Comprehensive Manual for SUV Computation"
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
    private static final double HALF_LIFE_TOLERANCE = 0.05;

    private final PetQuantity pet;
    private final List<String> derivation = new ArrayList<>();

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
            return new SuvFactors.Computed(factors, rules.derivation);
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
        return switch (pet.units()) {
            case "BQML" -> fromActivity(1);
            case "GML" -> everySlice(fromOtherSuv());
            case "CM2ML" -> everySlice(fromBodySurface());
            case "CNTS" -> fromPhilipsCounts();
            case "" -> throw new NotQuantifiable("Units (0054,1001) is missing");
            default ->
                throw new NotQuantifiable("Units (0054,1001) is " + pet.units()
                        + ", which cannot be turned into activity: send the series in BQML");
        };
    }

    private double[] fromPhilipsCounts() throws NotQuantifiable {
        double suv = pet.vendor().philipsSuvFactor();
        if (suv > 0) {
            derivation.add("Units CNTS: values × Philips SUV Scale Factor (7053,1000) = " + number(suv));
            return everySlice(suv);
        }
        double activity = pet.vendor().philipsActivityFactor();
        require(
                activity > 0,
                "Units (0054,1001) is CNTS and neither Philips SUV Scale Factor (7053,1000) nor"
                        + " Activity Concentration Scale Factor (7053,1009) is there: keep private attributes when sending");
        derivation.add("Units CNTS: Bq/ml = values × Philips Activity Concentration Scale Factor (7053,1009) = "
                + number(activity));
        return fromActivity(activity);
    }

    /** @param activity Bq/ml for one unit of the rescaled values */
    private double[] fromActivity(double activity) throws NotQuantifiable {
        double perGram = activity * weight() * GRAMS_PER_KILOGRAM / dose();
        return switch (pet.decayCorrection()) {
            case "ADMIN" -> {
                require(pet.correctedImage().contains("DECY"), contradiction("ADMIN", "does not name"));
                derivation.add("Decay Correction ADMIN: values and dose are at the time of administration");
                yield everySlice(perGram);
            }
            case "START" -> {
                require(pet.correctedImage().contains("DECY"), contradiction("START", "does not name"));
                Decay decay = decay();
                double elapsed = new DecayReference(pet, decay, derivation).elapsed();
                derivation.add("dose at the reference time = administered dose × 2^(−" + number(elapsed) + " s / "
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
        derivation.add("Decay Correction NONE: each slice × λT/(1−e^−λT) · e^(λ·(acquisition − administration)),"
                + " T = Actual Frame Duration, half-life " + number(decay.halfLife()) + " s");
        return factors;
    }

    private double fromOtherSuv() throws NotQuantifiable {
        if (pet.suvType().isEmpty() || pet.suvType().equals("BW")) {
            derivation.add(
                    "Units GML, SUV Type " + (pet.suvType().isEmpty() ? "empty (BW)" : "BW") + ": values are SUVbw");
            return 1;
        }
        require(
                List.of("LBM", "LBMJAMES128", "LBMJANMA", "IBW").contains(pet.suvType()),
                "SUV Type (0054,1006) is " + pet.suvType() + " with Units GML");
        BodySize body = body();
        require(
                List.of("M", "F", "O").contains(body.sex()),
                "Patient's Sex (0010,0040) is missing, which SUV Type " + pet.suvType() + " needs");
        double mass = switch (pet.suvType()) {
            case "LBM" -> body.leanMorgan();
            case "LBMJAMES128" -> body.leanJames();
            case "LBMJANMA" -> body.leanJanmahasatian();
            default -> body.ideal();
        };
        derivation.add("Units GML, SUV Type " + pet.suvType() + ": SUVbw = values × weight / " + number(mass) + " kg"
                + (body.sex().equals("O") ? ", the mean of both sexes' formulas" : ""));
        return body.weight() / mass;
    }

    private double fromBodySurface() throws NotQuantifiable {
        require(
                pet.suvType().isEmpty() || pet.suvType().equals("BSA"),
                "SUV Type (0054,1006) is " + pet.suvType() + " with Units CM2ML");
        BodySize body = body();
        derivation.add("Units CM2ML: SUVbw = values × weight / body surface of " + number(body.surface()) + " cm2");
        return body.weight() * GRAMS_PER_KILOGRAM / body.surface();
    }

    private BodySize body() throws NotQuantifiable {
        double size = pet.patient().size();
        require(
                size > 0,
                "Patient's Size (0010,1020) is missing or 0, which Units " + pet.units() + " with SUV Type "
                        + pet.suvType() + " needs");
        require(size < 3, "Patient's Size (0010,1020) is not in metres");
        return new BodySize(weight(), size * 100, pet.patient().sex());
    }

    /** kg. */
    private double weight() throws NotQuantifiable {
        double weight = pet.patient().weight();
        require(weight > 0, "Patient's Weight (0010,1030) is missing or 0: enter the weight and send the series again");
        if (weight > WEIGHT_IN_GRAMS) {
            derivation.add("Patient's Weight (0010,1030) above 1000 is in grams: " + number(weight / GRAMS_PER_KILOGRAM)
                    + " kg");
            return weight / GRAMS_PER_KILOGRAM;
        }
        derivation.add("Patient's Weight (0010,1030) = " + number(weight) + " kg");
        return weight;
    }

    /** Bq. */
    private double dose() throws NotQuantifiable {
        double dose = pet.agent().totalDose();
        require(
                dose > 0,
                "Radionuclide Total Dose (0018,1074) is missing or 0: enter the dose and send the series again");
        if (dose <= MOST_MBQ) {
            derivation.add("Radionuclide Total Dose (0018,1074) = " + number(dose) + ", by its magnitude in MBq");
            return dose * BQ_PER_MBQ;
        }
        require(
                dose >= LEAST_BQ,
                "Radionuclide Total Dose (0018,1074) is " + number(dose) + ", too much for MBq and too little for Bq");
        derivation.add("Radionuclide Total Dose (0018,1074) = " + number(dose) + " Bq");
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
            return new Decay(stated);
        }
        require(
                nuclide.isPresent(),
                "Radionuclide Half Life (0018,1075) is missing and the Radionuclide Code Sequence (0054,0300) names no"
                        + " known nuclide");
        derivation.add("half-life of " + nuclide.get() + " by its code: "
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
        return new java.math.BigDecimal(String.format(Locale.ROOT, "%.6e", value))
                .stripTrailingZeros()
                .toPlainString();
    }
}
