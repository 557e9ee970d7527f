package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One association from the acceptor's side, PS3.8 section 9.2; runs on a thread of its own. */
final class ServerAssociation {
    private static final Logger log = LoggerFactory.getLogger(ServerAssociation.class);
    /** ARTIM: how long a connection may wait before it asks for an association, and after its end. */
    private static final int ARTIM_MILLIS = 10_000;

    private static final String STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1.";
    private static final String STANDARD_ROOT = "1.2.840.10008.";

    private final DimseServer server;
    private final DimseServerConfig config;
    private final CStoreHandler handler;
    private final Wire wire;
    private final Map<Integer, String> transferSyntaxes = new HashMap<>();
    private String callingAe = "";
    private String calledAe = "";
    private volatile boolean finishing;
    private volatile boolean busy;

    ServerAssociation(DimseServer server, DimseServerConfig config, CStoreHandler handler, Wire wire) {
        this.server = server;
        this.config = config;
        this.handler = handler;
        this.wire = wire;
    }

    /** @param full whether there is room for no more associations */
    void serve(boolean full) {
        try {
            wire.socket().setSoTimeout(ARTIM_MILLIS);
            if (!(wire.readPdu() instanceof Pdu.AssociateRq request)) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected A-ASSOCIATE-RQ");
            }
            if (!negotiate(request, full)) {
                return;
            }
            wire.socket().setSoTimeout((int) config.idle().toMillis());
            boolean open = true;
            while (open && !finishing) {
                open = message();
            }
            if (open) {
                wire.abort(0, 0);
            }
        } catch (MalformedPdu e) {
            log.warn("association from {} aborted: {}", wire.socket().getInetAddress(), e.getMessage());
            wire.abort(2, e.reason());
        } catch (AssociationAborted e) {
            log.info("association of {} ended: {}", callingAe, e.getMessage());
            wire.abort(2, 0);
        } catch (IOException e) {
            log.info("association of {} broke: {}", callingAe, e.toString());
            wire.abort(2, 0);
        } catch (RuntimeException e) {
            log.error("association of {} aborted", callingAe, e);
            wire.abort(2, 0);
        } finally {
            wire.close();
        }
    }

    /** Lets the request in progress end; an idle association ends at once. */
    void finish() {
        finishing = true;
        if (!busy) {
            abort();
        }
    }

    void abort() {
        finishing = true;
        wire.abort(0, 0);
    }

    private boolean negotiate(Pdu.AssociateRq request, boolean full) throws IOException {
        callingAe = request.callingAe();
        calledAe = request.calledAe();
        if (full) {
            return reject(new Pdu.AssociateRj(2, 3, 2));
        }
        if (!calledAe.equals(config.aeTitle())) {
            return reject(new Pdu.AssociateRj(1, 1, 7));
        }
        if (!config.callingAllowed().test(callingAe)) {
            return reject(new Pdu.AssociateRj(1, 1, 3));
        }
        List<PresentationContext.Answer> answers = new ArrayList<>();
        for (PresentationContext context : request.contexts()) {
            answers.add(answer(context));
        }
        wire.writePdu(new Pdu.AssociateAc(calledAe, callingAe, answers, Wire.MAX_PDU));
        return true;
    }

    private boolean reject(Pdu.AssociateRj rejection) throws IOException {
        log.info(
                "association from {} rejected: source {}, reason {}",
                wire.socket().getInetAddress(),
                rejection.source(),
                rejection.reason());
        wire.writePdu(rejection);
        awaitClose();
        return false;
    }

    private PresentationContext.Answer answer(PresentationContext context) {
        if (!offered(context.abstractSyntax())) {
            return new PresentationContext.Answer(
                    context.id(), PresentationContext.Answer.ABSTRACT_SYNTAX_NOT_SUPPORTED, Uid.ImplicitVRLittleEndian);
        }
        if (context.transferSyntaxes().isEmpty()) {
            return new PresentationContext.Answer(
                    context.id(),
                    PresentationContext.Answer.TRANSFER_SYNTAXES_NOT_SUPPORTED,
                    Uid.ImplicitVRLittleEndian);
        }
        String chosen = choose(context.transferSyntaxes());
        transferSyntaxes.put(context.id(), chosen);
        return new PresentationContext.Answer(context.id(), PresentationContext.Answer.ACCEPTED, chosen);
    }

    /** Verification, every storage class of the standard, and whatever class a vendor made itself. */
    private static boolean offered(String abstractSyntax) {
        return abstractSyntax.equals(Uid.Verification)
                || abstractSyntax.startsWith(STORAGE_ROOT)
                || !abstractSyntax.isEmpty() && !abstractSyntax.startsWith(STANDARD_ROOT);
    }

    /** The sender's own order counts, unless it puts implicit first and offers explicit too. */
    private static String choose(List<String> proposed) {
        String first = proposed.get(0);
        return first.equals(Uid.ImplicitVRLittleEndian) && proposed.contains(Uid.ExplicitVRLittleEndian)
                ? Uid.ExplicitVRLittleEndian
                : first;
    }

    /** Serves one message. @return false when the association was released */
    private boolean message() throws IOException {
        boolean[] released = new boolean[1];
        Wire.Incoming incoming = wire.nextFragment(pdu -> {
            if (!(pdu instanceof Pdu.ReleaseRq)) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected P-DATA-TF or A-RELEASE-RQ");
            }
            wire.writePdu(new Pdu.ReleaseRp());
            released[0] = true;
        });
        if (released[0]) {
            awaitClose();
            return false;
        }
        busy = true;
        try {
            if (!incoming.isCommand()) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a data set comes without a command");
            }
            Dataset command = CommandSet.decode(readCommand(incoming));
            String transferSyntax = transferSyntaxes.get(incoming.contextId());
            if (transferSyntax == null) {
                throw new MalformedPdu(
                        MalformedPdu.INVALID_PARAMETER,
                        "presentation context " + incoming.contextId() + " was not accepted");
            }
            dispatch(incoming.contextId(), command, transferSyntax);
            return true;
        } finally {
            busy = false;
        }
    }

    private static byte[] readCommand(Wire.Incoming incoming) throws IOException {
        byte[] command = incoming.readNBytes(1 << 16);
        if (incoming.read() >= 0) {
            throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "a command set of more than 64 KiB");
        }
        return command;
    }

    private void dispatch(int contextId, Dataset command, String transferSyntax) throws IOException {
        int field = command.intValue(Tag.CommandField).orElse(-1);
        switch (field) {
            case CommandSet.C_ECHO_RQ -> respond(contextId, command, DimseStatus.SUCCESS);
            case CommandSet.C_STORE_RQ -> store(contextId, command, transferSyntax);
            case CommandSet.C_CANCEL_RQ -> {
                // nothing here takes long enough to be cancelled
            }
            default -> {
                if (field < 0 || (field & 0x8000) != 0) {
                    throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a command that is no request");
                }
                if (CommandSet.hasDataSet(command)) {
                    dataSet(contextId).drain(config.maxDataSetBytes());
                }
                respond(contextId, command, DimseStatus.UNRECOGNIZED_OPERATION);
            }
        }
    }

    private void store(int contextId, Dataset command, String transferSyntax) throws IOException {
        if (!CommandSet.hasDataSet(command)) {
            respond(contextId, command, DimseStatus.CANNOT_UNDERSTAND.because("no data set follows"));
            return;
        }
        Wire.Incoming data = dataSet(contextId);
        CStoreRequest request = new CStoreRequest(
                callingAe,
                calledAe,
                command.string(Tag.AffectedSOPClassUID).orElse(""),
                command.string(Tag.AffectedSOPInstanceUID).orElse(""),
                transferSyntax,
                wire.socket().getInetAddress());
        Limited limited = new Limited(data, config.maxDataSetBytes());
        DimseStatus status;
        try {
            status = handler.store(request, limited);
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (limited.failure != null) {
                throw limited.failure;
            }
            log.error("C-STORE of {} failed", request.sopInstanceUid(), e);
            status = DimseStatus.PROCESSING_FAILURE.because("the archive failed; its log says why");
        }
        data.drain(config.maxDataSetBytes());
        if (status.isSuccess()) {
            server.stores.incrementAndGet();
        }
        server.bytes.addAndGet(limited.count);
        respond(contextId, command, status);
    }

    private Wire.Incoming dataSet(int contextId) throws IOException {
        Wire.Incoming data = wire.nextFragment(null);
        if (data.isCommand() || data.contextId() != contextId) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected the data set of the command");
        }
        return data;
    }

    private void respond(int contextId, Dataset command, DimseStatus status) throws IOException {
        wire.sendCommand(contextId, CommandSet.encode(CommandSet.response(command, status)));
    }

    /** The requestor closes the connection; after a while we do, PS3.8 section 9.2 state 13. */
    private void awaitClose() throws IOException {
        wire.socket().setSoTimeout(ARTIM_MILLIS);
        try {
            wire.socket().getInputStream().skip(1);
        } catch (SocketTimeoutException e) {
            log.debug("the peer leaves its connection open after the release");
        }
    }

    /** Counts the bytes, ends beyond the limit, and remembers a broken connection whatever the handler makes of it. */
    private static final class Limited extends FilterInputStream {
        private final long most;
        private long count;
        private IOException failure;

        Limited(InputStream in, long most) {
            super(in);
            this.most = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n;
            try {
                n = in.read(into, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            if (n > 0) {
                count += n;
                if (count > most) {
                    failure = new AssociationAborted("the data set is larger than " + most + " bytes");
                    throw failure;
                }
            }
            return n;
        }
    }
}
