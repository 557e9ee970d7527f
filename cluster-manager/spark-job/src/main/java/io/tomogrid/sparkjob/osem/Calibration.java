package io.tomogrid.sparkjob.osem;

import io.tomogrid.imaging.pet.PetAcquisition;

/**
 * From reconstructed counts to Bq/ml at the start of the acquisition.
 *
 * @param bqMlPerCount for counts per mm of line of efficiency 1
 * @param decayFactor activity at the start over its mean during the acquisition: {@code λT/(1 − e^−λT)}
 * @param averageDecayS when the activity has its mean: {@code ln(decayFactor)/λ} after the start, s
 */
record Calibration(double bqMlPerCount, double decayFactor, double averageDecayS) {
    static Calibration of(PetAcquisition acquisition, double halfLifeS, double positronFraction) {
        double perSecond = Math.log(2) / halfLifeS;
        double decay = perSecond * acquisition.durationS();
        double factor = decay / -Math.expm1(-decay);
        double countsPerBqMl = acquisition.sensitivity() * acquisition.durationS() * positronFraction;
        return new Calibration(factor / countsPerBqMl, factor, Math.log(factor) / perSecond);
    }
}
