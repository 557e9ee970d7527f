package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.object.ReconstructedPet;
import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.PetFrame;

/**
 * From a frame's reconstructed counts to Bq/ml at the time of the series.
 *
 * @param bqMlPerCount for counts per mm of line of efficiency 1
 * @param timing of the frame's images
 */
record Calibration(double bqMlPerCount, ReconstructedPet.Timing timing) {
    private static final double MS = 1000;

    static Calibration of(PetFrame frame, double halfLifeS, double positronFraction) {
        FrameTime time = frame.time();
        double factor = time.decayFactor(halfLifeS);
        double countsPerBqMl = frame.sensitivity() * time.liveS() * positronFraction;
        return new Calibration(
                factor / countsPerBqMl,
                new ReconstructedPet.Timing(
                        time.startS() * MS, time.durationS() * MS, time.averageDecayS(halfLifeS) * MS, factor));
    }
}
