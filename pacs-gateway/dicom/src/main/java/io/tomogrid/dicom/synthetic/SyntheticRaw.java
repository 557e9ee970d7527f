package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.object.PetRawObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The raw data of a synthetic PET acquisition as a study of one instance: 70 kg, F-18, injected at 09:00, measured at 10:00. */
public final class SyntheticRaw {
    /** Of F-18, s. */
    public static final double HALF_LIFE_S = SyntheticStudy.HALF_LIFE_S;

    public static final double POSITRON_FRACTION = SyntheticStudy.POSITRON_FRACTION;

    private static final int INTERCEPT = -1024;
    private static final int[] OF_THE_STUDY = {
        Tag.PatientName,
        Tag.PatientID,
        Tag.PatientBirthDate,
        Tag.PatientSex,
        Tag.PatientAge,
        Tag.PatientSize,
        Tag.PatientWeight,
        Tag.StudyInstanceUID,
        Tag.StudyDate,
        Tag.StudyTime,
        Tag.StudyID,
        Tag.AccessionNumber,
        Tag.StudyDescription,
        Tag.ReferringPhysicianName,
        Tag.SeriesDate,
        Tag.SeriesTime,
        Tag.AcquisitionDate,
        Tag.AcquisitionTime,
        Tag.ContentDate,
        Tag.ContentTime,
        Tag.BodyPartExamined,
        Tag.FrameOfReferenceUID,
        Tag.PositionReferenceIndicator,
        Tag.Manufacturer,
        Tag.ManufacturerModelName
    };

    private SyntheticRaw() {}

    /**
     * The same seed and format give the same UIDs.
     *
     * @param durationS of the acquisition
     * @param format name of the payload's format @param payload what was measured
     */
    public static Dataset of(long seed, double durationS, String format, int version, byte[] payload) {
        Dataset header = new Dataset()
                .put(Tag.SOPInstanceUID, uid(seed, format, "raw"))
                .put(Tag.PatientName, "TOMOGRID^PHANTOM")
                .put(Tag.PatientID, "SYNTHETIC-RAW-" + seed)
                .put(Tag.PatientBirthDate, "19700101")
                .put(Tag.PatientSex, "O")
                .put(Tag.PatientAge, "056Y")
                .put(Tag.PatientSize, 1.75)
                .put(Tag.PatientWeight, SyntheticStudy.WEIGHT_KG)
                .put(Tag.StudyInstanceUID, uid(seed, format, "study"))
                .put(Tag.StudyDate, "20260115")
                .put(Tag.StudyTime, "095500")
                .put(Tag.StudyID, "1")
                .put(Tag.AccessionNumber, "RAW" + Long.toUnsignedString(seed & 0xffffffffL))
                .put(Tag.StudyDescription, "Synthetic PET acquisition")
                .putEmpty(Tag.ReferringPhysicianName)
                .put(Tag.Modality, "PT")
                .put(Tag.SeriesInstanceUID, uid(seed, format, "series"))
                .put(Tag.SeriesNumber, 1)
                .put(Tag.SeriesDescription, "Raw data of an image quality phantom")
                .put(Tag.SeriesDate, "20260115")
                .put(Tag.SeriesTime, "100000")
                .put(Tag.AcquisitionDate, "20260115")
                .put(Tag.AcquisitionTime, "100000")
                .put(Tag.AcquisitionDateTime, "20260115100000")
                .put(Tag.AcquisitionNumber, 1)
                .put(Tag.ContentDate, "20260115")
                .put(Tag.ContentTime, "100500")
                .put(Tag.InstanceNumber, 1)
                .put(Tag.BodyPartExamined, "WHOLEBODY")
                .put(Tag.FrameOfReferenceUID, uid(seed, format, "frame-of-reference"))
                .putEmpty(Tag.PositionReferenceIndicator)
                .put(Tag.Manufacturer, "Tomogrid")
                .put(Tag.ManufacturerModelName, "Synthetic scanner")
                .put(Tag.ActualFrameDuration, durationS * 1000)
                .putItems(Tag.RadiopharmaceuticalInformationSequence, SyntheticStudy.radiopharmaceutical())
                .putItems(
                        Tag.PatientOrientationCodeSequence,
                        SyntheticStudy.code("102538003", "recumbent")
                                .putItems(
                                        Tag.PatientOrientationModifierCodeSequence,
                                        SyntheticStudy.code("40199007", "supine")))
                .putItems(Tag.PatientGantryRelationshipCodeSequence, SyntheticStudy.code("102540008", "headfirst"));
        return PetRawObject.wrap(header, format, version, payload);
    }

    /** A place in the patient, LPS mm, to Hounsfield units. */
    @FunctionalInterface
    public interface Hounsfield {
        double at(Lps place);
    }

    /** The CT of the raw data's session: same patient, study and frame of reference, 120 kV. */
    public static List<Dataset> ct(Dataset raw, ImageGrid grid, Hounsfield hounsfield) {
        String series = Uids.derived(
                "tomogrid-synthetic-raw", raw.string(Tag.StudyInstanceUID).orElseThrow(), "ct");
        List<Dataset> slices = new ArrayList<>();
        for (int k = 0; k < grid.slices(); k++) {
            ByteBuffer pixels = ByteBuffer.allocate(2 * grid.pixelsPerSlice()).order(ByteOrder.LITTLE_ENDIAN);
            for (int n = 0; n < grid.pixelsPerSlice(); n++) {
                Lps place = grid.position(k)
                        .plus(grid.columnStep().times(n % grid.columns()))
                        .plus(grid.rowStep().times(n / grid.columns()));
                pixels.putShort((short) Math.max(0, Math.rint(hounsfield.at(place) - INTERCEPT)));
            }
            Lps position = grid.position(k);
            slices.add(new Dataset()
                    .copyFrom(raw, OF_THE_STUDY)
                    .put(Tag.SOPClassUID, Uid.CTImageStorage)
                    .put(Tag.SOPInstanceUID, Uids.derived("tomogrid-synthetic-raw", series, Integer.toString(k)))
                    .put(Tag.SeriesInstanceUID, series)
                    .put(Tag.Modality, "CT")
                    .put(Tag.SeriesNumber, 2)
                    .put(Tag.SeriesDescription, "CT of an image quality phantom")
                    .put(Tag.InstanceNumber, k + 1)
                    .put(Tag.AcquisitionNumber, 1)
                    .put(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                    .put(Tag.PatientPosition, "HFS")
                    .put(Tag.KVP, 120)
                    .put(Tag.ImagePositionPatient, position.x(), position.y(), position.z())
                    .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                    .put(Tag.PixelSpacing, grid.rowStep().y(), grid.columnStep().x())
                    .put(Tag.SliceThickness, grid.sliceStep().z())
                    .put(Tag.Rows, grid.rows())
                    .put(Tag.Columns, grid.columns())
                    .put(Tag.SamplesPerPixel, 1)
                    .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                    .put(Tag.BitsAllocated, 16)
                    .put(Tag.BitsStored, 12)
                    .put(Tag.HighBit, 11)
                    .put(Tag.PixelRepresentation, 0)
                    .put(Tag.RescaleIntercept, INTERCEPT)
                    .put(Tag.RescaleSlope, 1)
                    .put(Tag.RescaleType, "HU")
                    .put(Tag.BurnedInAnnotation, "NO")
                    .putBytes(Tag.PixelData, VR.OW, pixels.array()));
        }
        return slices;
    }

    private static String uid(long seed, String format, String role) {
        return Uids.derived("tomogrid-synthetic-raw", format, Long.toString(seed), role);
    }
}
