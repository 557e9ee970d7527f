package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.object.PetRawObject;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.imaging.interfile.InterfileSinogram;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.PetRawFormat;
import io.tomogrid.imaging.pet.PetScan;
import io.tomogrid.imaging.petsird.PetsirdFormat;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The raw acquisition of a study.
 *
 * @param header of its instance, without the payload
 * @param statesScatter whether the payload says of its background that scatter is in it; the first version's may be
 * @param randomsMethod Randoms Correction Method (0054,1100) where randoms are known: from singles, or from delayed coincidences
 * @param notes on what was left alone
 */
record RawSource(Dataset header, PetScan scan, boolean statesScatter, String randomsMethod, List<String> notes) {
    private static final double DURATION_TOLERANCE_MS = 1;
    private static final String HEAD_FIRST_SUPINE = "HFS";

    /** The instance of our private creator; of several, that with the smallest SOP Instance UID. */
    static RawSource of(StudyComplete study, ArchivedSeries archive) throws ProtocolFailure {
        List<InstanceRef> raw = study.series().stream()
                .flatMap(series -> series.instances().stream())
                .filter(instance -> instance.sopClassUid().equals(Uid.RawDataStorage))
                .sorted(Comparator.comparing(InstanceRef::sopInstanceUid))
                .toList();
        List<String> notes = new ArrayList<>();
        RawSource found = null;
        String manufacturer = "";
        for (InstanceRef instance : raw) {
            if (found != null) {
                notes.add(
                        "raw data " + instance.sopInstanceUid() + " was left alone: one acquisition is reconstructed");
                continue;
            }
            Dataset dataset = archive.whole(instance);
            var payload = PetRawObject.payload(dataset);
            if (payload.isPresent()) {
                found = read(instance, dataset, payload.get(), notes);
            } else {
                manufacturer = dataset.string(Tag.Manufacturer).orElse("an unnamed manufacturer");
                notes.add("raw data " + instance.sopInstanceUid() + " was left alone: the payload is private to "
                        + manufacturer);
            }
        }
        if (found == null) {
            throw ProtocolFailure.input(
                    raw.isEmpty()
                            ? "the study has no raw data (Raw Data Storage); send it, or correct the routing rule"
                            : "the study's raw data is in the private format of " + manufacturer
                                    + ", which is kept but cannot be decoded; wrap the acquisition as "
                                    + PetRawFormat.NAME + ", " + PetsirdFormat.NAME + " or "
                                    + InterfileSinogram.NAME + ", or let the scanner reconstruct it");
        }
        found.checkDuration();
        return found;
    }

    /** Frame of Reference and others that results cannot be without. */
    private static Dataset header(Dataset dataset) throws ProtocolFailure {
        Dataset header = new Dataset();
        dataset.forEach(element -> {
            if ((element.tag() >>> 16) % 2 == 0) {
                header.put(element);
            }
        });
        for (int tag : new int[] {
            Tag.FrameOfReferenceUID, Tag.SeriesDate, Tag.SeriesTime, Tag.AcquisitionDate, Tag.AcquisitionTime
        }) {
            if (header.string(tag).isEmpty()) {
                throw fault(header, io.tomogrid.dicom.Dictionary.describe(tag) + " is missing");
            }
        }
        return header;
    }

    private static RawSource read(
            InstanceRef instance, Dataset dataset, PetRawObject.Payload payload, List<String> notes)
            throws ProtocolFailure {
        String uid = instance.sopInstanceUid();
        if (!payload.intact()) {
            throw ProtocolFailure.input(
                    "raw data " + uid + ": the payload has not the SHA-256 that the object states; send it again");
        }
        try {
            switch (payload.format()) {
                case PetRawFormat.NAME -> {
                    boolean states = PetRawFormat.version(payload.bytes()) != PetRawFormat.VERSION;
                    return new RawSource(header(dataset), PetRawFormat.read(payload.bytes()), states, "SING", notes);
                }
                case PetsirdFormat.NAME -> {
                    PetsirdFormat.Content content = PetsirdFormat.read(payload.bytes());
                    if (content.dropped() > 0) {
                        notes.add(content.dropped() + " coincidences were left out: on lines beyond the sinogram");
                    }
                    Dataset header = header(dataset);
                    checkPosition(header);
                    return new RawSource(header, content.scan(), true, "DLYD", notes);
                }
                case InterfileSinogram.NAME -> {
                    Dataset header = header(dataset);
                    checkPosition(header);
                    return new RawSource(header, InterfileSinogram.read(payload.bytes()), true, "NONE", notes);
                }
                default ->
                    throw ProtocolFailure.input("raw data " + uid + ": expected the payload's format to be "
                            + PetRawFormat.NAME + ", " + PetsirdFormat.NAME + " or " + InterfileSinogram.NAME
                            + "; send it as this release reads it, see docs/pet-raw-format.md");
            }
        } catch (PetRawException unreadable) {
            throw ProtocolFailure.input("raw data " + uid + ": " + unreadable.getMessage()
                    + "; correct it at its source and send it again, see docs/pet-raw-format.md");
        }
    }

    /** PETSIRD and Interfile count in the gantry's coordinates, which are the patient's for one position only. */
    private static void checkPosition(Dataset header) throws ProtocolFailure {
        String position = PatientPosition.of(header).orElse(HEAD_FIRST_SUPINE);
        if (!position.equals(HEAD_FIRST_SUPINE)) {
            throw fault(
                    header, "the patient position is " + position + ", whose gantry coordinates are read for HFS only");
        }
    }

    private void checkDuration() throws ProtocolFailure {
        double stated = header.doubleValue(Tag.ActualFrameDuration).orElse(Double.NaN);
        if (!(Math.abs(stated - scan.durationS() * 1000) <= DURATION_TOLERANCE_MS)) {
            throw fault(
                    header,
                    "Actual Frame Duration (0018,1242) is " + stated + " ms, the payload's " + scan.durationS() * 1000
                            + " ms");
        }
    }

    /** A positive number of the radiopharmaceutical. */
    double ofRadiopharmaceutical(int tag) throws ProtocolFailure {
        double value = header.item(Tag.RadiopharmaceuticalInformationSequence)
                .map(item -> item.doubleValue(tag).orElse(Double.NaN))
                .orElse(Double.NaN);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw fault(
                    header,
                    io.tomogrid.dicom.Dictionary.describe(tag) + " is missing or not positive, so counts"
                            + " cannot become Bq/ml");
        }
        return value;
    }

    private static ProtocolFailure fault(Dataset header, String fault) {
        return ProtocolFailure.input(
                "raw data " + header.string(Tag.SOPInstanceUID).orElse("?") + ": " + fault
                        + "; repair it at its source and send it again");
    }
}
