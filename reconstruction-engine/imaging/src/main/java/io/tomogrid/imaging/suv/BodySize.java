package io.tomogrid.imaging.suv;

/**
 * Body measures that SUVs other than SUVbw are normalised by, as the manual gives them after Sugawara et al. (1999).
 *
 * @param weight kg @param height cm @param sex M, F or O (mean of both)
 */
record BodySize(double weight, double height, String sex) {
    private static final double CM2_PER_M2 = 1e4;
    static final double MORGAN_MALE = 120;
    static final double JAMES_MALE = 128;
    private static final double FEMALE = 148;

    /** Lean body mass of SUV Type LBM (Morgan), kg. */
    double leanMorgan() {
        double ratio = square(weight / height);
        return bySex(1.10 * weight - MORGAN_MALE * ratio, 1.07 * weight - FEMALE * ratio);
    }

    /** Lean body mass of SUV Type LBMJAMES128 (James), kg. */
    double leanJames() {
        double ratio = square(weight / height);
        return bySex(1.10 * weight - JAMES_MALE * ratio, 1.07 * weight - FEMALE * ratio);
    }

    /**
     * Where the parabola of Morgan or James has its top: beyond it more weight would mean less lean mass. Kg.
     *
     * @param male what the square of weight over height is multiplied by in the formula for men
     */
    double heaviestLean(double male) {
        double perWeight = bySex(1.10, 1.07);
        return perWeight * square(height) / (2 * bySex(male, FEMALE));
    }

    /** Lean body mass of SUV Type LBMJANMA (Janmahasatian), kg. */
    double leanJanmahasatian() {
        double bodyMassIndex = weight / square(height / 100);
        return bySex(9270 * weight / (6680 + 216 * bodyMassIndex), 9270 * weight / (8780 + 244 * bodyMassIndex));
    }

    /** Ideal body weight of SUV Type IBW, kg. */
    double ideal() {
        return bySex(48.0 + 1.06 * (height - 152), 45.5 + 0.91 * (height - 152));
    }

    /** Body surface (Du Bois), cm². */
    double surface() {
        return CM2_PER_M2 * 0.007184 * Math.pow(height, 0.725) * Math.pow(weight, 0.425);
    }

    private double bySex(double male, double female) {
        return switch (sex) {
            case "M" -> male;
            case "F" -> female;
            default -> (male + female) / 2;
        };
    }

    private static double square(double x) {
        return x * x;
    }
}
