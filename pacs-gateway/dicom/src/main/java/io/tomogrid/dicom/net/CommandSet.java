package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Command sets, PS3.7 section 6.3 and annex E: group 0000 in implicit little endian. */
final class CommandSet {
    static final int C_STORE_RQ = 0x0001;
    static final int C_STORE_RSP = 0x8001;
    static final int C_ECHO_RQ = 0x0030;
    static final int C_ECHO_RSP = 0x8030;
    static final int C_CANCEL_RQ = 0x0fff;
    static final int C_GET_RQ = 0x0010;
    static final int C_FIND_RQ = 0x0020;
    static final int C_MOVE_RQ = 0x0021;
    static final int N_EVENT_REPORT_RQ = 0x0100;
    static final int N_SET_RQ = 0x0120;
    static final int N_ACTION_RQ = 0x0130;
    static final int N_CREATE_RQ = 0x0140;
    static final int RESPONSE = 0x8000;
    private static final int NO_DATA_SET = 0x0101;
    private static final int DATA_SET = 0x0001;
    private static final ReadLimits LIMITS = new ReadLimits(2, 1000, 1 << 18);
    private static final int MAX_COMMENT = 64;

    private CommandSet() {}

    static Dataset echoRequest(int messageId) {
        return new Dataset()
                .put(Tag.AffectedSOPClassUID, Uid.Verification)
                .put(Tag.CommandField, C_ECHO_RQ)
                .put(Tag.MessageID, messageId)
                .put(Tag.CommandDataSetType, NO_DATA_SET);
    }

    static Dataset storeRequest(int messageId, String sopClass, String sopInstance) {
        return new Dataset()
                .put(Tag.AffectedSOPClassUID, sopClass)
                .put(Tag.CommandField, C_STORE_RQ)
                .put(Tag.MessageID, messageId)
                .put(Tag.Priority, 0)
                .put(Tag.CommandDataSetType, DATA_SET)
                .put(Tag.AffectedSOPInstanceUID, sopInstance);
    }

    /** C-FIND-RQ, C-MOVE-RQ or C-GET-RQ. */
    static Dataset queryRequest(int field, int messageId, String sopClass) {
        return new Dataset()
                .put(Tag.AffectedSOPClassUID, sopClass)
                .put(Tag.CommandField, field)
                .put(Tag.MessageID, messageId)
                .put(Tag.Priority, 0)
                .put(Tag.CommandDataSetType, DATA_SET);
    }

    static Dataset cancelRequest(int messageId) {
        return new Dataset()
                .put(Tag.CommandField, C_CANCEL_RQ)
                .put(Tag.MessageIDBeingRespondedTo, messageId)
                .put(Tag.CommandDataSetType, NO_DATA_SET);
    }

    static Dataset actionRequest(int messageId, String sopClass, String sopInstance, int actionType) {
        return new Dataset()
                .put(Tag.RequestedSOPClassUID, sopClass)
                .put(Tag.CommandField, N_ACTION_RQ)
                .put(Tag.MessageID, messageId)
                .put(Tag.CommandDataSetType, DATA_SET)
                .put(Tag.RequestedSOPInstanceUID, sopInstance)
                .put(Tag.ActionTypeID, actionType);
    }

    static Dataset eventReportRequest(int messageId, String sopClass, String sopInstance, int eventType) {
        return new Dataset()
                .put(Tag.AffectedSOPClassUID, sopClass)
                .put(Tag.CommandField, N_EVENT_REPORT_RQ)
                .put(Tag.MessageID, messageId)
                .put(Tag.CommandDataSetType, DATA_SET)
                .put(Tag.AffectedSOPInstanceUID, sopInstance)
                .put(Tag.EventTypeID, eventType);
    }

    /** Says that a data set follows. */
    static Dataset withDataSet(Dataset command) {
        return command.put(Tag.CommandDataSetType, DATA_SET);
    }

    /** The response that belongs to a request. */
    static Dataset response(Dataset request, DimseStatus status) {
        Dataset response = new Dataset()
                .copyFrom(
                        request, Tag.AffectedSOPClassUID, Tag.AffectedSOPInstanceUID, Tag.ActionTypeID, Tag.EventTypeID)
                .put(Tag.CommandField, request.intValue(Tag.CommandField).orElse(0) | RESPONSE)
                .put(
                        Tag.MessageIDBeingRespondedTo,
                        request.intValue(Tag.MessageID).orElse(0))
                .put(Tag.CommandDataSetType, NO_DATA_SET)
                .put(Tag.Status, status.code());
        // What an N-ACTION names as requested its response names as affected, PS3.7 table 10.3-9; whatever bytes it is.
        request.bytes(Tag.RequestedSOPClassUID)
                .ifPresent(uid -> response.putBytes(Tag.AffectedSOPClassUID, VR.UI, uid));
        request.bytes(Tag.RequestedSOPInstanceUID)
                .ifPresent(uid -> response.putBytes(Tag.AffectedSOPInstanceUID, VR.UI, uid));
        if (!status.comment().isEmpty()) {
            String comment = status.comment().replace('\\', '/').replaceAll("[^ -~]", "?");
            response.put(Tag.ErrorComment, comment.substring(0, Math.min(comment.length(), MAX_COMMENT)));
        }
        return response;
    }

    static DimseStatus status(Dataset response) {
        return new DimseStatus(
                response.intValue(Tag.Status).orElse(0x0110),
                response.string(Tag.ErrorComment).orElse(""));
    }

    static boolean hasDataSet(Dataset command) {
        return command.intValue(Tag.CommandDataSetType).orElse(NO_DATA_SET) != NO_DATA_SET;
    }

    static Dataset decode(byte[] bytes) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(bytes), Uid.ImplicitVRLittleEndian, LIMITS);
    }

    static byte[] encode(Dataset command) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try {
            DatasetWriter.write(body, Uid.ImplicitVRLittleEndian, command);
            DatasetWriter.write(
                    whole, Uid.ImplicitVRLittleEndian, new Dataset().put(Tag.CommandGroupLength, body.size()));
            body.writeTo(whole);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
        return whole.toByteArray();
    }
}
