package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.pet.MuMap;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CtAttenuation;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.StudyCt;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Attenuation by the study's CT, for raw data that bring none.
 *
 * @param notes on how it was made
 */
record CtMaps(StudyCt ct, CtAttenuation coefficients, List<String> notes) {
    /** Of a slice of the CT: how far beyond its outermost slices' centres the PET's may lie. */
    private static final double END = 1;

    /** @return empty if every frame has attenuation factors of its own */
    static Optional<CtMaps> of(StudyComplete study, ArchivedSeries archive, RawSource source) throws ProtocolFailure {
        if (source.scan().frames().stream().allMatch(PetFrame::hasAttenuation)) {
            return Optional.empty();
        }
        String raw = "raw data " + source.header().string(Tag.SOPInstanceUID).orElse("?");
        StudyCt ct = StudyCt.of(
                        study,
                        archive,
                        source.header().string(Tag.FrameOfReferenceUID).orElseThrow())
                .orElseThrow(() -> ProtocolFailure.input(raw + " has no attenuation factors and the study no CT to take"
                        + " them from; send the CT of its session, or raw data with factors"));
        checkPosition(raw, source.header(), ct);
        double kVp = ct.header().doubleValue(Tag.KVP).orElse(Double.NaN);
        CtAttenuation coefficients;
        try {
            coefficients = CtAttenuation.of(kVp);
        } catch (IllegalArgumentException impossible) {
            throw ProtocolFailure.input("CT series " + ct.seriesUid() + ": KVP (0018,0060): " + impossible.getMessage()
                    + ", so Hounsfield units cannot become attenuation at 511 keV; repair it at its source");
        }
        var maps = new CtMaps(
                ct,
                coefficients,
                List.of(String.format(
                        Locale.ROOT,
                        "attenuation from CT series %s, %.0f kV, bilinear to 511 keV (Carney 2006)",
                        ct.seriesUid(),
                        kVp)));
        for (PetFrame frame : source.scan().frames()) {
            maps.checkCovers(raw, frame);
        }
        return Optional.of(maps);
    }

    MuMap map(PetFrame frame, PetGrid grid, Backend backend, Parallel parallel) {
        return MuMap.ofCt(
                ct.volume(), coefficients, frame.scanner(), frame.centre(), grid.voxelMm(), backend, parallel);
    }

    private static void checkPosition(String raw, Dataset header, StudyCt ct) throws ProtocolFailure {
        Optional<String> ofRaw = PatientPosition.of(header);
        Optional<String> ofCt = PatientPosition.of(ct.header());
        if (ofRaw.isPresent() && ofCt.isPresent() && !ofRaw.equals(ofCt)) {
            throw ProtocolFailure.input(raw + " was measured in the patient position " + ofRaw.get() + ", CT series "
                    + ct.seriesUid() + " in " + ofCt.get() + ", Patient Position (0018,5100): the CT cannot attenuate"
                    + " it; send the CT of the PET's session");
        }
    }

    private void checkCovers(String raw, PetFrame frame) throws ProtocolFailure {
        double half = (frame.scanner().rings() - 1) / 2.0 * frame.scanner().ringPitchMm();
        for (double z : new double[] {-half, half}) {
            Vec3 end = frame.centre().plus(new Vec3(0, 0, z));
            double slice = ct.volume().geometry().toVoxel(end).z();
            int slices = ct.volume().geometry().size().nz();
            if (!(slice >= -END && slice <= slices - 1 + END)) {
                throw ProtocolFailure.input(String.format(
                        Locale.ROOT,
                        "%s reaches to z = %.1f mm, where CT series %s has no slice (%d slices from z = %.1f to %.1f mm);"
                                + " send the whole CT",
                        raw,
                        end.z(),
                        ct.seriesUid(),
                        slices,
                        ct.volume().geometry().toPatient(0, 0, 0).z(),
                        ct.volume().geometry().toPatient(0, 0, slices - 1).z()));
            }
        }
    }
}
