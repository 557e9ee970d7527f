package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.TofBins;

/**
 * A scanner of equal modules around a ring, each as long as the scanner. Crystal c is at the angle 2π(c + ½)/crystals from x to y.
 *
 * @param modules around the ring @param crystals of a module around the ring @param rings along z
 * @param farthest modules less than so many modules apart from opposite ones are in coincidence
 */
public record ModularScanner(
        int modules,
        int crystals,
        int rings,
        double radiusMm,
        double pitchMm,
        int farthest,
        TofBins tof,
        EnergyWindow window) {
    /** 42 modules of 8 crystals on 8 rings, 400 ps in 13 bins of 250 ps. */
    public static final ModularScanner EXAMPLE =
            new ModularScanner(42, 8, 8, 330, 6, 7, TofBins.ofTimes(13, 250, 400), new EnergyWindow(430, 610, 0.12));

    public int perRing() {
        return modules * crystals;
    }

    /** Detecting elements, which count module by module, in one crystal by crystal, in that ring by ring. */
    public int elements() {
        return perRing() * rings;
    }

    public int element(int crystal, int ring) {
        return crystal * rings + ring;
    }

    /** Whether two modules are in coincidence. */
    public boolean coincident(int first, int second) {
        int apart = Math.abs(first - second);
        int fromOpposite = Math.abs(Math.min(apart, modules - apart) - modules / 2);
        return fromOpposite < farthest;
    }
}
