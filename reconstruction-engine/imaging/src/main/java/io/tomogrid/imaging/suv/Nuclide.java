package io.tomogrid.imaging.suv;

import java.util.List;
import java.util.Optional;

/** Positron emitters that a half-life may be looked up for: PS3.16 CID 4020 by SNOMED CT and by SNOMED-RT code. */
enum Nuclide {
    C_11(1221.8, "40565003", "C-105A1"),
    N_13(597.9, "21576001", "C-107A1"),
    O_15(122.24, "129504001", "C-B1038"),
    F_18(6586.2, "77004003", "C-111A1"),
    CU_64(45723.6, "3932008", "C-127A2"),
    GA_68(4057.7, "35337001", "C-131A3"),
    RB_82(75.45, "79197006", "C-159A2"),
    ZR_89(282276, "63360001", "C-168A4"),
    I_124(360806, "40937006", "C-114A5");

    private final double halfLife;
    private final List<String> codes;

    Nuclide(double halfLife, String... codes) {
        this.halfLife = halfLife;
        this.codes = List.of(codes);
    }

    /** Seconds. */
    double halfLife() {
        return halfLife;
    }

    static Optional<Nuclide> of(String code) {
        for (Nuclide nuclide : values()) {
            if (nuclide.codes.contains(code)) {
                return Optional.of(nuclide);
            }
        }
        return Optional.empty();
    }

    /** E.g. {@code F-18}. */
    @Override
    public String toString() {
        return name().charAt(0)
                + name().substring(1).toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
