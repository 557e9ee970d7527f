package io.tomogrid.dcm4che;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.SubOperations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.data.VR;
import org.dcm4che3.io.DicomEncodingOptions;
import org.dcm4che3.io.DicomInputStream;
import org.dcm4che3.io.DicomOutputStream;
import org.dcm4che3.net.Commands;
import org.dcm4che3.net.DataWriter;
import org.dcm4che3.net.Dimse;

/** Between dcm4che's command and data sets and ours. */
final class Messages {
    private static final int MAX_COMMENT = 64;
    private static final int MOST_DEPTH = 16;
    private static final int MOST_ELEMENTS = 1_000_000;

    private Messages() {}

    static DimseStatus status(Attributes response) {
        String comment = response.getString(Tag.ErrorComment);
        return new DimseStatus(response.getInt(Tag.Status, 0x0110), comment == null ? "" : comment);
    }

    /** @param request of which the response is */
    static Attributes response(Dimse dimse, Attributes request, DimseStatus status) {
        Attributes response = Commands.mkRSP(request, status.code(), dimse);
        for (int type : new int[] {Tag.ActionTypeID, Tag.EventTypeID}) {
            if (request.contains(type)) {
                response.setInt(type, VR.US, request.getInt(type, 0));
            }
        }
        if (!status.comment().isEmpty()) {
            String comment = status.comment().replace('\\', '/').replaceAll("[^ -~]", "?");
            response.setString(Tag.ErrorComment, VR.LO, comment.substring(0, Math.min(comment.length(), MAX_COMMENT)));
        }
        return response;
    }

    /** With the counts; what remains is told while there may be more to come. */
    static Attributes response(Dimse dimse, Attributes request, DimseStatus status, SubOperations counts) {
        Attributes response = response(dimse, request, status);
        response.setInt(Tag.NumberOfCompletedSuboperations, VR.US, counts.completed());
        response.setInt(Tag.NumberOfFailedSuboperations, VR.US, counts.failed());
        response.setInt(Tag.NumberOfWarningSuboperations, VR.US, counts.warning());
        if (status.isPending() || status.code() == DimseStatus.CANCEL.code()) {
            response.setInt(Tag.NumberOfRemainingSuboperations, VR.US, counts.remaining());
        }
        return response;
    }

    /** Says that a data set follows. */
    static Attributes withDataSet(Attributes command) {
        command.setInt(Tag.CommandDataSetType, VR.US, Commands.getWithDatasetType());
        return command;
    }

    /** A data set that goes out as we encode it. */
    static DataWriter writer(Dataset dataset) {
        return (out, transferSyntax) -> out.write(encode(dataset, transferSyntax));
    }

    /** dcm4che's own form, in which alone it takes the data sets of responses. */
    static Attributes toAttributes(Dataset dataset) throws IOException {
        byte[] bytes = encode(dataset, Uid.ExplicitVRLittleEndian);
        try (DicomInputStream in = new DicomInputStream(new ByteArrayInputStream(bytes), Uid.ExplicitVRLittleEndian)) {
            return in.readDataset();
        }
    }

    /** Of a response, which dcm4che has decoded before anybody is asked. */
    static Dataset fromAttributes(Attributes attributes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DicomOutputStream out = new DicomOutputStream(bytes, Uid.ExplicitVRLittleEndian)) {
            out.setEncodingOptions(DicomEncodingOptions.DEFAULT);
            out.writeDataset(null, attributes);
        }
        return decode(bytes.toByteArray(), Uid.ExplicitVRLittleEndian);
    }

    /** @throws DicomFormatException if it is no data set */
    static Dataset decode(byte[] bytes, String transferSyntax) throws IOException {
        return DatasetReader.read(
                new ByteArrayInputStream(bytes),
                transferSyntax,
                new ReadLimits(MOST_DEPTH, MOST_ELEMENTS, Math.max(bytes.length, 1)));
    }

    private static byte[] encode(Dataset dataset, String transferSyntax) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DatasetWriter.write(bytes, transferSyntax, dataset);
        return bytes.toByteArray();
    }
}
