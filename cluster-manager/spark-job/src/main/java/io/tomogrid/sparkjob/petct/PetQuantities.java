package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.imaging.suv.PetQuantity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Takes out of PET headers what SUV depends on. */
public final class PetQuantities {
    private static final int GE_GROUP = 0x0009;
    private static final String GE_CREATOR = "GEMS_PETD_01";
    private static final int GE_SCAN_DATE_TIME = 0x0d;
    private static final int PHILIPS_GROUP = 0x7053;
    private static final String PHILIPS_CREATOR = "Philips PET Private Group";
    private static final int PHILIPS_SUV_FACTOR = 0x00;
    private static final int PHILIPS_ACTIVITY_FACTOR = 0x09;

    /** What has to be the same in all slices for one factor to make sense. */
    private static final int[] COMMON = {
        Tag.Units,
        Tag.SUVType,
        Tag.DecayCorrection,
        Tag.SeriesDate,
        Tag.SeriesTime,
        Tag.PatientWeight,
        Tag.DoseCalibrationFactor,
        Tag.DecayCorrectionDateTime,
        Tag.RadiopharmaceuticalInformationSequence
    };

    private static final String[] COMMON_NAMES = {
        "Units (0054,1001)",
        "SUV Type (0054,1006)",
        "Decay Correction (0054,1102)",
        "Series Date (0008,0021)",
        "Series Time (0008,0031)",
        "Patient's Weight (0010,1030)",
        "Dose Calibration Factor (0054,1322)",
        "Decay Correction DateTime (0018,9701)",
        "Radiopharmaceutical Information Sequence (0054,0016)"
    };

    private PetQuantities() {}

    /** @param headers in the order of the slices */
    public static PetQuantity of(List<Dataset> headers) throws ProtocolFailure {
        Dataset first = headers.get(0);
        for (Dataset header : headers) {
            same(first, header);
        }
        Dataset agent = first.item(Tag.RadiopharmaceuticalInformationSequence).orElseGet(Dataset::new);
        Dataset nuclide = agent.item(Tag.RadionuclideCodeSequence).orElseGet(Dataset::new);
        return new PetQuantity(
                text(first, Tag.Manufacturer),
                text(first, Tag.Units),
                text(first, Tag.SUVType),
                text(first, Tag.DecayCorrection),
                first.strings(Tag.CorrectedImage),
                text(first, Tag.SeriesDate),
                text(first, Tag.SeriesTime),
                number(first, Tag.DoseCalibrationFactor),
                text(first, Tag.DecayCorrectionDateTime),
                new PetQuantity.Patient(
                        number(first, Tag.PatientWeight), number(first, Tag.PatientSize), text(first, Tag.PatientSex)),
                new PetQuantity.Agent(
                        number(agent, Tag.RadionuclideTotalDose),
                        number(agent, Tag.RadionuclideHalfLife),
                        text(agent, Tag.RadiopharmaceuticalStartTime),
                        text(agent, Tag.RadiopharmaceuticalStartDateTime),
                        text(nuclide, Tag.CodeValue)),
                new PetQuantity.Vendor(
                        decimal(privateText(first, PHILIPS_GROUP, PHILIPS_CREATOR, PHILIPS_SUV_FACTOR)),
                        decimal(privateText(first, PHILIPS_GROUP, PHILIPS_CREATOR, PHILIPS_ACTIVITY_FACTOR)),
                        privateText(first, GE_GROUP, GE_CREATOR, GE_SCAN_DATE_TIME)),
                headers.stream().map(PetQuantities::frame).toList());
    }

    private static PetQuantity.Frame frame(Dataset header) {
        return new PetQuantity.Frame(
                text(header, Tag.AcquisitionDate),
                text(header, Tag.AcquisitionTime),
                number(header, Tag.FrameReferenceTime),
                number(header, Tag.ActualFrameDuration),
                number(header, Tag.RescaleIntercept));
    }

    private static void same(Dataset first, Dataset header) throws ProtocolFailure {
        for (int n = 0; n < COMMON.length; n++) {
            int tag = COMMON[n];
            boolean same = tag == Tag.RadiopharmaceuticalInformationSequence
                    ? Objects.equals(agentOf(first), agentOf(header))
                    : first.strings(tag).equals(header.strings(tag));
            if (!same) {
                throw ProtocolFailure.input("PET images " + text(first, Tag.SOPInstanceUID) + " and "
                        + text(header, Tag.SOPInstanceUID) + " differ in " + COMMON_NAMES[n]
                        + "; send the images of one series as they were reconstructed");
            }
        }
    }

    private static List<String> agentOf(Dataset header) {
        Dataset agent = header.item(Tag.RadiopharmaceuticalInformationSequence).orElseGet(Dataset::new);
        return List.of(
                text(agent, Tag.RadionuclideTotalDose),
                text(agent, Tag.RadionuclideHalfLife),
                text(agent, Tag.RadiopharmaceuticalStartTime),
                text(agent, Tag.RadiopharmaceuticalStartDateTime));
    }

    /**
     * A private value, PS3.5 section 7.8.1: its block is the one whose creator is there. Where a group has lost its creators
     * the block is taken to be the usual first one.
     */
    static String privateText(Dataset dataset, int group, String creator, int element) {
        int base = group << 16;
        boolean anyCreator = false;
        for (int block = 0x10; block <= 0xff; block++) {
            String name = raw(dataset, base | block);
            anyCreator |= !name.isEmpty();
            if (name.equals(creator)) {
                return raw(dataset, base | block << 8 | element);
            }
        }
        return anyCreator ? "" : raw(dataset, base | 0x10 << 8 | element);
    }

    /** Private values often come as UN: the bytes are read as text. */
    private static String raw(Dataset dataset, int tag) {
        return dataset.bytes(tag)
                .map(bytes -> new String(bytes, StandardCharsets.US_ASCII)
                        .replace('\0', ' ')
                        .trim())
                .orElse("");
    }

    private static double decimal(String text) {
        try {
            return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            return Double.NaN; // as good as absent
        }
    }

    private static String text(Dataset dataset, int tag) {
        return dataset.string(tag).orElse("");
    }

    private static double number(Dataset dataset, int tag) {
        return dataset.doubleValue(tag).orElse(Double.NaN);
    }
}
