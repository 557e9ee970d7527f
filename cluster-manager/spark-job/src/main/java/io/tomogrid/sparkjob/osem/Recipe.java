package io.tomogrid.sparkjob.osem;

import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import java.util.Locale;

/** How images are made of counts; each is a protocol of its own, so that routing rules can choose. */
enum Recipe {
    /** Without resolution and prior. */
    OSEM("pet-osem", 4, false, 0),
    /** With the scanner's resolution in the image. */
    PSF("pet-osem-psf", 6, true, 0),
    /** Maximum a posteriori with the relative difference prior. */
    MAP("pet-map", 8, false, 0.02);

    private static final double GB = 1e9;
    /** Arrays of the size of the sinogram: counts, factors, background, scatter, projections and what they are made of. */
    private static final int SINOGRAMS = 8;

    private final String protocol;
    private final int iterations;
    private final boolean psf;
    private final double strength;

    Recipe(String protocol, int iterations, boolean psf, double strength) {
        this.protocol = protocol;
        this.iterations = iterations;
        this.psf = psf;
        this.strength = strength;
    }

    /** Name in routing rules. */
    String protocol() {
        return protocol;
    }

    int iterations() {
        return iterations;
    }

    /** Of the prior over the likelihood; 0 for none. */
    double strength() {
        return strength;
    }

    /**
     * Full width at half maximum in the middle of the scanner, after Moses, Nucl. Instrum. Methods A 648 (2011) S236: half a
     * crystal, and photons that are not quite opposite. mm; 0 where it is not reconstructed with.
     */
    double psfMm(CylindricalScanner scanner) {
        double crystal = 2 * Math.PI * scanner.radiusMm() / scanner.crystalsPerRing();
        return psf ? 1.25 * Math.hypot(crystal / 2, 0.0044 * scanner.radiusMm()) : 0;
    }

    /** Reconstruction Method (0054,1103). */
    String method(PetFrame frame, int subsets) {
        String list = !(frame instanceof ListAcquisition acquisition)
                ? ""
                : acquisition.events().tof().count() > 1 ? "TOF list-mode " : "list-mode ";
        String name = strength > 0 ? "RDP-MAP BSREM " : "OSEM ";
        String resolution = psf ? String.format(Locale.ROOT, " PSF %.1f mm", psfMm(frame.scanner())) : "";
        return list + name + iterations + "i" + subsets + "s" + resolution;
    }

    /** @throws ProtocolFailure if the image has more voxels than can be, or all of it does not fit the memory that there is */
    static PetGrid grid(String raw, CylindricalScanner scanner, int subsets, long memory) throws ProtocolFailure {
        try {
            PetGrid grid = PetGrid.of(scanner);
            double needed = Float.BYTES
                    * ((double) SINOGRAMS * scanner.bins() + (SINOGRAMS + (double) subsets) * grid.voxels());
            if (needed > memory) {
                throw ProtocolFailure.input(String.format(
                        Locale.ROOT,
                        "%s: %d x %d x %d voxels and %d lines of response need %.1f GB of memory, this executor has %.1f"
                                + " GB; give it more (spark.executor.memory), or send the acquisition compressed",
                        raw,
                        grid.nx(),
                        grid.ny(),
                        grid.nz(),
                        scanner.bins(),
                        needed / GB,
                        memory / GB));
            }
            return grid;
        } catch (IllegalArgumentException tooLarge) {
            throw ProtocolFailure.input(raw + ": " + tooLarge.getMessage() + "; correct it at its source");
        }
    }
}
