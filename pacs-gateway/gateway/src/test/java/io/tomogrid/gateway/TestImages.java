package io.tomogrid.gateway;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.util.Random;

/** Small images whose pixels follow from their UID. */
final class TestImages {
    static final String PATIENT_NAME = "Secret^Person";

    private TestImages() {}

    static Dataset ct(String study, String series, String instance) {
        return ct(study, series, instance, instance.hashCode());
    }

    static Dataset ct(String study, String series, String instance, long pixelSeed) {
        byte[] pixels = new byte[2 * 64 * 64];
        new Random(pixelSeed).nextBytes(pixels);
        return new Dataset()
                .put(Tag.SOPClassUID, Uid.CTImageStorage)
                .put(Tag.SOPInstanceUID, instance)
                .put(Tag.StudyInstanceUID, study)
                .put(Tag.SeriesInstanceUID, series)
                .put(Tag.Modality, "CT")
                .put(Tag.PatientID, "P1")
                .put(Tag.PatientName, PATIENT_NAME)
                .putItems(Tag.ReferencedStudySequence, new Dataset().put(Tag.ReferencedSOPInstanceUID, "1.2.3"))
                .put(Tag.Rows, 64)
                .put(Tag.Columns, 64)
                .put(Tag.BitsAllocated, 16)
                .put(Tag.PixelRepresentation, 1)
                .putBytes(Tag.PixelData, VR.OW, pixels);
    }
}
