package io.tomogrid.engine.scatter;

import io.tomogrid.imaging.pet.EnergyWindow;

/** Scattering of a photon on a free electron at rest, Klein & Nishina (1929); cross-sections in r_e², squares of the electron radius. */
public final class KleinNishina {
    private KleinNishina() {}

    /** Energy after scattering over that before. @param keV before @param cosine of the angle between the directions */
    public static double energyRatio(double keV, double cosine) {
        return 1 / (1 + keV / EnergyWindow.ANNIHILATION_KEV * (1 - cosine));
    }

    /** Cross-section for each steradian. */
    public static double differential(double keV, double cosine) {
        double p = energyRatio(keV, cosine);
        return p * p * (p + 1 / p - (1 - cosine * cosine)) / 2;
    }

    /** Cross-section of all directions. */
    public static double total(double keV) {
        double k = keV / EnergyWindow.ANNIHILATION_KEV;
        double l = Math.log1p(2 * k);
        return 2
                * Math.PI
                * ((1 + k) / (k * k) * (2 * (1 + k) / (1 + 2 * k) - l / k)
                        + l / (2 * k)
                        - (1 + 3 * k) / ((1 + 2 * k) * (1 + 2 * k)));
    }
}
