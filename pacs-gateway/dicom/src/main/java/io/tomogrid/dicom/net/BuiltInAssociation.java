package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Our own association from the requestor's side. */
final class BuiltInAssociation implements Association {
    private static final long MOST_BYTES = 4L << 30;
    private static final long LOOK_MILLIS = 20;

    private final Wire wire;
    private final Map<AssociationRequest.Syntax, Channel.Context> contexts = new HashMap<>();
    private final Channel channel;
    private final Peer peer;
    private final Deque<CommitmentResult> reports = new ArrayDeque<>();
    private boolean usable = true;

    private BuiltInAssociation(Wire wire, AssociationRequest request, Pdu.AssociateAc accept) {
        this.wire = wire;
        this.peer =
                new Peer(request.callingAe(), request.calledAe(), wire.socket().getInetAddress());
        Map<Integer, Channel.Context> byId = new HashMap<>();
        for (PresentationContext.Answer answer : accept.answers()) {
            if (answer.accepted()) {
                request.contexts().stream()
                        .filter(c -> c.id() == answer.id())
                        .forEach(c -> byId.put(
                                c.id(),
                                new Channel.Context(c.id(), c.abstractSyntax(), answer.transferSyntax(), false)));
            }
        }
        byId.values()
                .forEach(c -> contexts.putIfAbsent(new AssociationRequest.Syntax(c.sopClass(), c.transferSyntax()), c));
        this.channel = new Channel(wire, byId, accept.maxPduLength());
    }

    /**
     * @throws AssociationRejected if the peer refuses
     * @throws IOException if it cannot be reached
     */
    static BuiltInAssociation open(AssociationRequest request) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(request.host(), request.port()), (int)
                    request.connect().toMillis());
            socket.setSoTimeout((int) request.response().toMillis());
            Wire wire = new Wire(socket);
            wire.writePdu(new Pdu.AssociateRq(
                    request.calledAe(),
                    request.callingAe(),
                    request.contexts(),
                    Wire.MAX_PDU,
                    request.roles(),
                    request.relational().stream()
                            .map(ExtendedNegotiation::relational)
                            .toList()));
            Pdu answer = wire.readPdu();
            if (answer instanceof Pdu.AssociateRj rj) {
                throw new AssociationRejected(rj.result(), rj.source(), rj.reason());
            }
            if (answer instanceof Pdu.AssociateAc accept) {
                return new BuiltInAssociation(wire, request, accept);
            }
            throw new AssociationAborted("the peer aborted the association while it was opened");
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public boolean accepts(String sopClass, String transferSyntax) {
        return contexts.containsKey(new AssociationRequest.Syntax(sopClass, transferSyntax));
    }

    @Override
    public boolean accepts(String sopClass) {
        return contexts.keySet().stream().anyMatch(s -> s.sopClass().equals(sopClass));
    }

    @Override
    public DimseStatus echo() throws IOException {
        Channel.Context context = context(Uid.Verification);
        return guarded(() -> {
            int id = channel.nextMessageId();
            channel.send(context, CommandSet.echoRequest(id));
            return awaitStatus(CommandSet.C_ECHO_RQ, id);
        });
    }

    @Override
    public DimseStatus store(
            String sopClass,
            String sopInstance,
            String transferSyntax,
            InputStream dataset,
            AssociationRequest.Originator originator)
            throws IOException {
        Channel.Context context = contexts.get(new AssociationRequest.Syntax(sopClass, transferSyntax));
        if (context == null) {
            throw new NoPresentationContext(sopClass, transferSyntax);
        }
        return guarded(() -> {
            int id = channel.nextMessageId();
            Dataset command = CommandSet.storeRequest(id, sopClass, sopInstance);
            if (originator != null) {
                command.put(Tag.MoveOriginatorApplicationEntityTitle, originator.aeTitle())
                        .put(Tag.MoveOriginatorMessageID, originator.messageId());
            }
            channel.send(context, command, dataset);
            return awaitStatus(CommandSet.C_STORE_RQ, id);
        });
    }

    @Override
    public DimseStatus find(String sopClass, Dataset identifier, MatchConsumer matches) throws IOException {
        QueryScu query = new QueryScu(channel, context(sopClass));
        return guarded(() -> query.find(identifier, matches));
    }

    @Override
    public RetrieveResult move(
            String sopClass, Dataset identifier, String destination, RetrieveResult.Progress progress)
            throws IOException {
        QueryScu query = new QueryScu(channel, context(sopClass));
        return guarded(() -> query.move(identifier, destination, progress));
    }

    @Override
    public RetrieveResult get(
            String sopClass, Dataset identifier, CStoreHandler handler, RetrieveResult.Progress progress)
            throws IOException {
        QueryScu query = new QueryScu(channel, context(sopClass));
        StoreService store = new StoreService(channel, peer, handler, MOST_BYTES, new AtomicLong(), new AtomicLong());
        return guarded(() -> query.get(identifier, store, progress));
    }

    @Override
    public DimseStatus requestCommitment(String transactionUid, List<SopReference> instances) throws IOException {
        Channel.Context context = context(Uid.StorageCommitmentPushModelSOPClass);
        return guarded(() -> {
            int id = channel.nextMessageId();
            channel.send(
                    context,
                    CommandSet.actionRequest(
                            id,
                            Uid.StorageCommitmentPushModelSOPClass,
                            CommitmentDatasets.WELL_KNOWN_INSTANCE,
                            CommitmentDatasets.REQUEST_COMMITMENT),
                    CommitmentDatasets.request(transactionUid, instances));
            return awaitStatus(CommandSet.N_ACTION_RQ, id);
        });
    }

    @Override
    public Optional<CommitmentResult> awaitCommitment(Duration most) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (reports.isEmpty() && System.nanoTime() < deadline) {
            if (wire.hasInput()) {
                guarded(() -> {
                    report(channel.next());
                    return DimseStatus.SUCCESS;
                });
            } else {
                Thread.sleep(LOOK_MILLIS);
            }
        }
        return Optional.ofNullable(reports.poll());
    }

    @Override
    public DimseStatus reportCommitment(CommitmentResult result) throws IOException {
        Channel.Context context = context(Uid.StorageCommitmentPushModelSOPClass);
        return guarded(
                () -> awaitStatus(CommandSet.N_EVENT_REPORT_RQ, CommitmentService.send(channel, context, result)));
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

    private Channel.Context context(String sopClass) throws NoPresentationContext {
        return contexts.values().stream()
                .filter(c -> c.sopClass().equals(sopClass))
                .findFirst()
                .orElseThrow(() -> new NoPresentationContext(sopClass, Uid.ImplicitVRLittleEndian));
    }

    private DimseStatus awaitStatus(int request, int id) throws IOException {
        Channel.Message message = channel.next();
        while (message.field() == CommandSet.N_EVENT_REPORT_RQ) {
            report(message);
            message = channel.next();
        }
        if (!message.responds(request, id)) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "the response belongs to another request");
        }
        if (CommandSet.hasDataSet(message.command())) {
            channel.dataSet(message).drain(MOST_BYTES);
        }
        return CommandSet.status(message.command());
    }

    private void report(Channel.Message message) throws IOException {
        if (message.field() != CommandSet.N_EVENT_REPORT_RQ) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected a report or a response");
        }
        try {
            reports.add(CommitmentDatasets.readResult(channel.readDataSet(message, CommitmentService.MOST_BYTES)));
            channel.respond(message, DimseStatus.SUCCESS);
        } catch (DicomFormatException e) {
            channel.respond(message, DimseStatus.INVALID_ARGUMENT.because(e.getMessage()));
        }
    }

    @FunctionalInterface
    private interface Exchange<T> {
        T run() throws IOException;
    }

    /** After a failure in the middle nothing is known about what the peer expects: the association is not used again. */
    private <T> T guarded(Exchange<T> exchange) throws IOException {
        if (!usable) {
            throw new AssociationAborted("the association has ended already");
        }
        boolean done = false;
        try {
            T result = exchange.run();
            done = true;
            return result;
        } catch (AssociationAborted e) {
            throw e;
        } catch (IOException e) {
            throw new AssociationAborted("the association broke: " + e.getMessage(), e);
        } finally {
            usable &= done;
        }
    }
}
