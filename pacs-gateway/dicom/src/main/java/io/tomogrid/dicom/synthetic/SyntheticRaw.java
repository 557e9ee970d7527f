package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.object.PetRawObject;

/** The raw data of a synthetic PET acquisition as a study of one instance: 70 kg, F-18, injected at 09:00, measured at 10:00. */
public final class SyntheticRaw {
    /** Of F-18, s. */
    public static final double HALF_LIFE_S = SyntheticStudy.HALF_LIFE_S;

    public static final double POSITRON_FRACTION = SyntheticStudy.POSITRON_FRACTION;

    private SyntheticRaw() {}

    /**
     * The same seed gives the same UIDs.
     *
     * @param durationS of the acquisition
     * @param format name of the payload's format @param payload what was measured
     */
    public static Dataset of(long seed, double durationS, String format, int version, byte[] payload) {
        Dataset header = new Dataset()
                .put(Tag.SOPInstanceUID, uid(seed, "raw"))
                .put(Tag.PatientName, "TOMOGRID^PHANTOM")
                .put(Tag.PatientID, "SYNTHETIC-RAW-" + seed)
                .put(Tag.PatientBirthDate, "19700101")
                .put(Tag.PatientSex, "O")
                .put(Tag.PatientAge, "056Y")
                .put(Tag.PatientSize, 1.75)
                .put(Tag.PatientWeight, SyntheticStudy.WEIGHT_KG)
                .put(Tag.StudyInstanceUID, uid(seed, "study"))
                .put(Tag.StudyDate, "20260115")
                .put(Tag.StudyTime, "095500")
                .put(Tag.StudyID, "1")
                .put(Tag.AccessionNumber, "RAW" + Long.toUnsignedString(seed & 0xffffffffL))
                .put(Tag.StudyDescription, "Synthetic PET acquisition")
                .putEmpty(Tag.ReferringPhysicianName)
                .put(Tag.Modality, "PT")
                .put(Tag.SeriesInstanceUID, uid(seed, "series"))
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
                .put(Tag.FrameOfReferenceUID, uid(seed, "frame-of-reference"))
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

    private static String uid(long seed, String role) {
        return Uids.derived("tomogrid-synthetic-raw", Long.toString(seed), role);
    }
}
