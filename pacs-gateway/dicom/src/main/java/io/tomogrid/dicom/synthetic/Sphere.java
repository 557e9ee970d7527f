package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.object.Lps;

/**
 * A hot sphere whose truth is known.
 *
 * @param centre LPS, mm
 * @param diameterMm mm
 * @param suv SUVbw inside, g/ml
 * @param volumeMl 4/3·π·r³, ml
 * @param sampledMl volume of the PET voxels whose centre lies inside, ml: what an exact mask on the PET's grid measures
 */
public record Sphere(Lps centre, double diameterMm, double suv, double volumeMl, double sampledMl) {
    public double radiusMm() {
        return diameterMm / 2;
    }

    public boolean contains(Lps point) {
        Lps d = point.minus(centre);
        return d.dot(d) <= radiusMm() * radiusMm();
    }

    /** How far sampling is off the formula: (sampled − volume) / volume. */
    public double samplingError() {
        return (sampledMl - volumeMl) / volumeMl;
    }
}
