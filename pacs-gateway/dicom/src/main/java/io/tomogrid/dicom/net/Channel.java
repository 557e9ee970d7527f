package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** One association as its services see it: who is at the other end, what was agreed, and messages in both directions. */
final class Channel {
    private static final int MOST_COMMAND = 1 << 16;
    private static final int MOST_DEPTH = 16;
    private static final int MOST_ELEMENTS = 1_000_000;

    private final Wire wire;
    private final Map<Integer, Context> contexts;
    private final long peerMaxPdu;
    private int messageId;

    /** A presentation context that was accepted. @param peerProvides whether the peer may be an SCP of the class here */
    record Context(int id, String sopClass, String transferSyntax, boolean peerProvides) {}

    /** A request or response, whose data set, if there is one, comes next. */
    record Message(Context context, Dataset command) {
        int field() {
            return command.intValue(Tag.CommandField).orElse(-1);
        }

        int messageId() {
            return command.intValue(Tag.MessageID).orElse(0);
        }

        boolean responds(int request, int messageId) {
            return field() == (request | CommandSet.RESPONSE)
                    && command.intValue(Tag.MessageIDBeingRespondedTo).orElse(-1) == messageId;
        }
    }

    Channel(Wire wire, Map<Integer, Context> contexts, long peerMaxPdu) {
        this.wire = wire;
        this.contexts = Map.copyOf(contexts);
        this.peerMaxPdu = peerMaxPdu;
    }

    int nextMessageId() {
        messageId = messageId % 0xffff + 1;
        return messageId;
    }

    Optional<Context> providedByPeer(String sopClass, String transferSyntax) {
        return contexts.values().stream()
                .filter(c -> c.peerProvides()
                        && c.sopClass().equals(sopClass)
                        && c.transferSyntax().equals(transferSyntax))
                .findFirst();
    }

    // ---- what comes

    /** The next command. @param otherwise told of a PDU that is not P-DATA-TF; then null is returned */
    Message next(Wire.PduListener otherwise) throws IOException {
        Wire.Incoming incoming = wire.nextFragment(otherwise);
        if (incoming == null) {
            return null;
        }
        if (!incoming.isCommand()) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a data set comes without a command");
        }
        byte[] bytes = incoming.readNBytes(MOST_COMMAND);
        if (incoming.read() >= 0) {
            throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "a command set of more than 64 KiB");
        }
        Context context = contexts.get(incoming.contextId());
        if (context == null) {
            throw new MalformedPdu(
                    MalformedPdu.INVALID_PARAMETER,
                    "presentation context " + incoming.contextId() + " was not accepted");
        }
        return new Message(context, CommandSet.decode(bytes));
    }

    /** The next command, when nothing but one may come. */
    Message next() throws IOException {
        return next(pdu -> {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a PDU comes while a message is expected");
        });
    }

    Wire.Incoming dataSet(Message message) throws IOException {
        Wire.Incoming data = wire.nextFragment(null);
        if (data.isCommand() || data.contextId() != message.context().id()) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected the data set of the command");
        }
        return data;
    }

    /**
     * The data set of a message in memory; whatever is wrong with it, it has been passed over.
     *
     * @throws DicomFormatException if it is missing, too large or no data set
     */
    Dataset readDataSet(Message message, int mostBytes) throws IOException {
        if (!CommandSet.hasDataSet(message.command())) {
            throw new DicomFormatException("no data set follows");
        }
        Wire.Incoming data = dataSet(message);
        byte[] bytes = data.readNBytes(mostBytes);
        if (data.read() >= 0) {
            data.drain(Integer.MAX_VALUE);
            throw new DicomFormatException("the data set is larger than " + mostBytes + " bytes");
        }
        return DatasetReader.read(
                new ByteArrayInputStream(bytes),
                message.context().transferSyntax(),
                new ReadLimits(MOST_DEPTH, MOST_ELEMENTS, mostBytes));
    }

    /** Whether the peer took its request back. Never waits. */
    boolean cancelled(int messageId) throws IOException {
        boolean cancelled = false;
        while (!cancelled && wire.hasInput()) {
            cancelled = isCancel(next(), messageId);
        }
        return cancelled;
    }

    /** @throws MalformedPdu if it is not C-CANCEL-RQ, when nothing else may come */
    static boolean isCancel(Message message, int messageId) throws MalformedPdu {
        if (message.field() != CommandSet.C_CANCEL_RQ) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a message comes before the one before it has ended");
        }
        return message.command().intValue(Tag.MessageIDBeingRespondedTo).orElse(-1) == messageId;
    }

    // ---- what goes; a connection that breaks then is AssociationAborted, so that no handler takes it for its own
    // fault

    void respond(Message request, DimseStatus status) throws AssociationAborted {
        send(request.context(), CommandSet.response(request.command(), status));
    }

    void send(Context context, Dataset command) throws AssociationAborted {
        try {
            wire.sendCommand(context.id(), CommandSet.encode(command));
        } catch (IOException e) {
            throw new AssociationAborted("the connection broke while a message was sent", e);
        }
    }

    void send(Context context, Dataset command, Dataset data) throws AssociationAborted {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try {
            DatasetWriter.write(encoded, context.transferSyntax(), data);
        } catch (IOException e) {
            throw new AssociationAborted("memory takes every byte", e);
        }
        send(context, CommandSet.withDataSet(command), new ByteArrayInputStream(encoded.toByteArray()));
    }

    /** Encoded data, streamed. */
    void send(Context context, Dataset command, InputStream data) throws AssociationAborted {
        try {
            wire.sendCommand(context.id(), CommandSet.encode(command));
            wire.sendDataSet(context.id(), data, peerMaxPdu);
        } catch (IOException e) {
            throw new AssociationAborted("the connection or the data broke while a message was sent", e);
        }
    }
}
