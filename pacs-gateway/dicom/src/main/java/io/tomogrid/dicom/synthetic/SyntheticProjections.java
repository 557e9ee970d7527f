package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Implementation;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.VR;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The projections of a synthetic CT as a study of one series: an instance for each view, 120 kV, 8.2 mGy. */
public final class SyntheticProjections {
    private SyntheticProjections() {}

    /**
     * The same seed gives the same UIDs. Made while they are pulled, in Raw Data Storage: the private attributes make it a
     * Standard Extended SOP Class, and no viewer takes a projection for an image.
     *
     * @param attributes of each view by tag, as bytes in little endian: detector, source, pixel data
     */
    public static Stream<Dataset> of(long seed, int views, IntFunction<Map<Integer, byte[]>> attributes) {
        return IntStream.range(0, views).mapToObj(view -> view(seed, view, attributes.apply(view)));
    }

    private static Dataset view(long seed, int view, Map<Integer, byte[]> attributes) {
        Dataset instance = new Dataset()
                .put(Tag.SOPClassUID, Uid.RawDataStorage)
                .put(Tag.SOPInstanceUID, uid(seed, "view/" + view))
                .put(Tag.PatientName, "TOMOGRID^PHANTOM")
                .put(Tag.PatientID, "SYNTHETIC-CT-" + seed)
                .put(Tag.PatientBirthDate, "19700101")
                .put(Tag.PatientSex, "O")
                .put(Tag.StudyInstanceUID, uid(seed, "study"))
                .put(Tag.StudyDate, "20260115")
                .put(Tag.StudyTime, "095500")
                .put(Tag.StudyID, "1")
                .put(Tag.AccessionNumber, "CTR" + Long.toUnsignedString(seed & 0xffffffffL))
                .put(Tag.StudyDescription, "Synthetic CT projections")
                .putEmpty(Tag.ReferringPhysicianName)
                .put(Tag.Modality, "CT")
                .put(Tag.SeriesInstanceUID, uid(seed, "series"))
                .put(Tag.SeriesNumber, 1)
                .put(Tag.SeriesDescription, "Projections of a quality phantom")
                .put(Tag.SeriesDate, "20260115")
                .put(Tag.SeriesTime, "100000")
                .put(Tag.AcquisitionDate, "20260115")
                .put(Tag.AcquisitionTime, "100000")
                .put(Tag.AcquisitionNumber, 1)
                .put(Tag.ContentDate, "20260115")
                .put(Tag.ContentTime, "100000")
                .put(Tag.InstanceNumber, view + 1)
                .put(Tag.IrradiationEventUID, uid(seed, "irradiation"))
                .put(Tag.BodyPartExamined, "WHOLEBODY")
                .put(Tag.PatientPosition, "HFS")
                .put(Tag.FrameOfReferenceUID, uid(seed, "frame-of-reference"))
                .putEmpty(Tag.PositionReferenceIndicator)
                .put(Tag.Manufacturer, "Tomogrid")
                .put(Tag.ManufacturerModelName, "Synthetic scanner")
                .put(Tag.CreatorVersionUID, Implementation.CLASS_UID)
                .putEmpty(Tag.AcquisitionContextSequence)
                .put(Tag.ScanOptions, "HELICAL")
                .put(Tag.KVP, 120)
                .put(Tag.XRayTubeCurrent, 200)
                .put(Tag.ExposureTime, 500)
                .put(Tag.Exposure, 100)
                .put(Tag.RevolutionTime, 0.5)
                .put(Tag.SpiralPitchFactor, 1.0)
                .put(Tag.CTDIvol, 8.2)
                .putItems(
                        Tag.CTDIPhantomTypeCodeSequence,
                        new Dataset()
                                .put(Tag.CodeValue, "113691")
                                .put(Tag.CodingSchemeDesignator, "DCM")
                                .put(Tag.CodeMeaning, "IEC Body Dosimetry Phantom"))
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.LossyImageCompression, "00")
                .put(Tag.BurnedInAnnotation, "NO");
        attributes.forEach((tag, value) -> instance.put(new Element.Value(tag, vr(tag), value)));
        return instance;
    }

    /** Private values go as UN, as the published scans have them. */
    private static VR vr(int tag) {
        boolean isPrivate = (tag >>> 16) % 2 == 1;
        boolean creator = isPrivate && (tag & 0xffff) < 0x100;
        if (creator) {
            return VR.LO;
        }
        return isPrivate ? VR.UN : tag == Tag.PixelData ? VR.OW : Dictionary.vr(tag);
    }

    private static String uid(long seed, String role) {
        return Uids.derived("tomogrid-synthetic-ct", Long.toString(seed), role);
    }
}
