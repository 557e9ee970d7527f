package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.time.ZonedDateTime;
import java.util.Arrays;

/** A report for people as Encapsulated PDF, PS3.3 A.45.1. */
public final class EncapsulatedPdfEncoder {
    private EncapsulatedPdfEncoder() {}

    /**
     * A report that nobody has verified.
     *
     * @param pdf the document, which names the patient
     * @param report the structured report that holds the same
     * @throws IllegalArgumentException if the bytes are no PDF
     */
    public static Dataset encode(ResultContext context, ResultSeries series, byte[] pdf, Dataset report) {
        if (pdf.length < 5 || pdf[0] != '%' || pdf[1] != 'P' || pdf[2] != 'D' || pdf[3] != 'F') {
            throw new IllegalArgumentException("report: expected a PDF, which begins with %PDF");
        }
        ZonedDateTime created = ResultHeader.created(context);
        Dataset document = ResultHeader.ofImage(context, series, "DOC", Uid.EncapsulatedPDFStorage, "pdf", 1);
        return document.put(Tag.ConversionType, "WSD")
                .put(Tag.SecondaryCaptureDeviceManufacturer, context.equipment().manufacturer())
                .put(
                        Tag.SecondaryCaptureDeviceManufacturerModelName,
                        context.equipment().modelName())
                .put(
                        Tag.SecondaryCaptureDeviceSoftwareVersions,
                        context.equipment().softwareVersion())
                .put(Tag.AcquisitionDateTime, acquired(context, created))
                .put(Tag.BurnedInAnnotation, "YES")
                .put(Tag.RecognizableVisualFeatures, "YES")
                .putItems(
                        Tag.SourceInstanceSequence, InstanceReference.of(report).item())
                .put(Tag.DocumentTitle, "PET-CT lesions - " + ReviewState.NOT_REVIEWED)
                .putItems(Tag.ConceptNameCodeSequence, Codes.DIAGNOSTIC_IMAGING_REPORT.item())
                .put(Tag.VerificationFlag, "UNVERIFIED")
                .put(Tag.MIMETypeOfEncapsulatedDocument, "application/pdf")
                .put(Tag.EncapsulatedDocumentLength, pdf.length)
                .putBytes(Tag.EncapsulatedDocument, VR.OB, even(pdf));
    }

    /** Of the earliest source, and of the report where the source tells none. */
    private static String acquired(ResultContext context, ZonedDateTime created) {
        Dataset pet = context.pet().header();
        return pet.string(Tag.AcquisitionDate)
                .flatMap(date -> pet.string(Tag.AcquisitionTime).map(time -> date + time))
                .orElse(ResultHeader.DATE.format(created) + ResultHeader.TIME.format(created));
    }

    private static byte[] even(byte[] pdf) {
        return pdf.length % 2 == 0 ? pdf : Arrays.copyOf(pdf, pdf.length + 1);
    }
}
