package io.tomogrid.gateway.index;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * The attributes that file an instance.
 *
 * @param patientId Patient ID (0010,0020), empty when unknown; patient data, never written to a log or a message
 * @param issuer Issuer of Patient ID (0010,0021), or empty: the same ID from two issuers is two patients
 * @param attributes what else the index holds, as far as it is there; patient data, too
 */
public record InstanceHeader(
        String sopClassUid,
        String sopInstanceUid,
        String studyUid,
        String seriesUid,
        String modality,
        String patientId,
        String issuer,
        Map<IndexedAttribute, String> attributes) {
    private static final int MAX_TEXT = 256;
    /** Behind the last attribute that is indexed. */
    static final int FIRST_NOT_READ = 0x00290000;

    static final ReadLimits LIMITS = new ReadLimits(
            ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), ReadLimits.HEADER.maxBytes());

    public InstanceHeader {
        attributes = Map.copyOf(attributes);
    }

    /**
     * Reads the header and checks that the data set is whole, without holding its pixels.
     *
     * @throws DicomFormatException naming what is wrong with the bytes, or which UID is missing
     */
    public static InstanceHeader read(InputStream dataset, String transferSyntax) throws IOException {
        Dataset header = DatasetReader.readUntilAndCheckRest(dataset, transferSyntax, LIMITS, FIRST_NOT_READ);
        return new InstanceHeader(
                uid(header, Tag.SOPClassUID),
                uid(header, Tag.SOPInstanceUID),
                uid(header, Tag.StudyInstanceUID),
                uid(header, Tag.SeriesInstanceUID),
                text(header, Tag.Modality),
                text(header, Tag.PatientID),
                text(header, Tag.IssuerOfPatientID),
                IndexedAttribute.read(header));
    }

    private static String uid(Dataset header, int tag) throws DicomFormatException {
        String uid = header.string(tag).orElseThrow(() -> new DicomFormatException(name(tag) + " is missing"));
        // Components led by zeros are seen in the field and do no harm; anything else is no UID.
        if (uid.length() > 64 || !uid.matches("[0-9]+(\\.[0-9]+)*")) {
            throw new DicomFormatException(name(tag) + " is no UID");
        }
        return uid;
    }

    private static String name(int tag) {
        return Dictionary.describe(tag);
    }

    /** PostgreSQL's text takes every character but NUL; what is far longer than the standard allows is cut. */
    private static String text(Dataset header, int tag) {
        String text = header.string(tag).orElse("").replace("\0", "");
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
