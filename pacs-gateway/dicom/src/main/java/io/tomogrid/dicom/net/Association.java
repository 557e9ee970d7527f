package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;

/** An association from the requestor's side. For one thread. {@link #close} releases it, or aborts it after a failure. */
public final class Association implements AutoCloseable {
    private final Wire wire;
    private final Map<AssociationRequest.Syntax, Integer> contexts = new HashMap<>();
    private final long peerMaxPdu;
    private int messageId;
    private boolean usable = true;

    private Association(Wire wire, AssociationRequest request, Pdu.AssociateAc accept) {
        this.wire = wire;
        this.peerMaxPdu = accept.maxPduLength();
        for (PresentationContext.Answer answer : accept.answers()) {
            if (answer.accepted()) {
                request.contexts().stream()
                        .filter(c -> c.id() == answer.id())
                        .forEach(c -> contexts.put(
                                new AssociationRequest.Syntax(c.abstractSyntax(), answer.transferSyntax()), c.id()));
            }
        }
    }

    /**
     * @throws AssociationRejected if the peer refuses
     * @throws IOException if it cannot be reached
     */
    public static Association open(AssociationRequest request) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(request.host(), request.port()), (int)
                    request.connect().toMillis());
            socket.setSoTimeout((int) request.response().toMillis());
            Wire wire = new Wire(socket);
            wire.writePdu(
                    new Pdu.AssociateRq(request.calledAe(), request.callingAe(), request.contexts(), Wire.MAX_PDU));
            Pdu answer = wire.readPdu();
            if (answer instanceof Pdu.AssociateRj rj) {
                throw new AssociationRejected(rj.result(), rj.source(), rj.reason());
            }
            if (answer instanceof Pdu.AssociateAc accept) {
                return new Association(wire, request, accept);
            }
            throw new AssociationAborted("the peer aborted the association while it was opened");
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Whether the peer takes this SOP class in this transfer syntax. */
    public boolean accepts(String sopClass, String transferSyntax) {
        return contexts.containsKey(new AssociationRequest.Syntax(sopClass, transferSyntax));
    }

    /** C-ECHO, PS3.7 section 9.1.5. */
    public DimseStatus echo() throws IOException {
        return exchange(
                context(Uid.Verification, Uid.ImplicitVRLittleEndian), CommandSet.echoRequest(++messageId), null);
    }

    /**
     * C-STORE of an encoded data set as it is.
     *
     * @throws NoPresentationContext if the peer does not take it; the association goes on
     * @throws AssociationAborted if the connection broke; the peer may or may not have the instance
     */
    public DimseStatus store(String sopClass, String sopInstance, String transferSyntax, InputStream dataset)
            throws IOException {
        int context = context(sopClass, transferSyntax);
        return exchange(context, CommandSet.storeRequest(++messageId & 0xffff, sopClass, sopInstance), dataset);
    }

    @Override
    public void close() {
        if (usable) {
            try {
                usable = false;
                wire.writePdu(new Pdu.ReleaseRq());
                if (wire.readPdu() instanceof Pdu.ReleaseRp) {
                    wire.close();
                    return;
                }
            } catch (IOException gone) {
                // the peer left without the answer to our release: nothing is lost by that
            }
        }
        wire.abort(0, 0);
    }

    private int context(String sopClass, String transferSyntax) throws NoPresentationContext {
        Integer id = contexts.get(new AssociationRequest.Syntax(sopClass, transferSyntax));
        if (id == null) {
            throw new NoPresentationContext(sopClass, transferSyntax);
        }
        return id;
    }

    private DimseStatus exchange(int context, Dataset command, InputStream dataset) throws IOException {
        try {
            wire.sendCommand(context, CommandSet.encode(command));
            if (dataset != null) {
                wire.sendDataSet(context, dataset, peerMaxPdu);
            }
            Wire.Incoming incoming = wire.nextFragment(pdu -> {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected a response");
            });
            Dataset response = CommandSet.decode(incoming.readNBytes(1 << 16));
            int expected = command.intValue(Tag.MessageID).orElse(0);
            if (response.intValue(Tag.MessageIDBeingRespondedTo).orElse(-1) != expected) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "the response belongs to another request");
            }
            return CommandSet.status(response);
        } catch (AssociationAborted e) {
            usable = false;
            throw e;
        } catch (IOException e) {
            usable = false;
            throw new AssociationAborted("the association broke: " + e.getMessage(), e);
        }
    }
}
