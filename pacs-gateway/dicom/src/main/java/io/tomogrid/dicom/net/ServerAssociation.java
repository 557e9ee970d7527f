package io.tomogrid.dicom.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One association from the acceptor's side, PS3.8 section 9.2; runs on a thread of its own. */
final class ServerAssociation {
    private static final Logger log = LoggerFactory.getLogger(ServerAssociation.class);
    /** ARTIM: how long a connection may wait before it asks for an association, and after its end. */
    private static final int ARTIM_MILLIS = 10_000;

    private final BuiltInServer server;
    private final DimseServerConfig config;
    private final DimseServices services;
    private final Wire wire;
    private String callingAe = "";
    private Channel channel;
    private StoreService store;
    private QueryService query;
    private CommitmentService commitment;
    private PerformedStepService steps;
    private volatile boolean finishing;
    private volatile boolean busy;

    ServerAssociation(BuiltInServer server, DimseServerConfig config, DimseServices services, Wire wire) {
        this.server = server;
        this.config = config;
        this.services = services;
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
        if (full) {
            return reject(new Pdu.AssociateRj(2, 3, 2));
        }
        if (!request.calledAe().equals(config.aeTitle())) {
            return reject(new Pdu.AssociateRj(1, 1, 7));
        }
        if (!config.callingAllowed().test(callingAe)) {
            return reject(new Pdu.AssociateRj(1, 1, 3));
        }
        Negotiation negotiation = new Negotiation(services, request.contexts(), request.roles(), request.extended());
        channel = new Channel(wire, negotiation.contexts(), request.maxPduLength());
        Peer peer = new Peer(callingAe, request.calledAe(), wire.socket().getInetAddress());
        store = new StoreService(
                channel, peer, services.store(), config.maxDataSetBytes(), server.stores, server.bytes);
        query = new QueryService(channel, peer, services, negotiation.relational());
        commitment = new CommitmentService(channel, peer, services);
        steps = new PerformedStepService(channel, peer, services.steps());
        wire.writePdu(new Pdu.AssociateAc(
                request.calledAe(),
                callingAe,
                negotiation.answers(),
                Wire.MAX_PDU,
                negotiation.roles(),
                negotiation.extended()));
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

    /** Serves one message. @return false when the association was released */
    private boolean message() throws IOException {
        Channel.Message message = channel.next(pdu -> {
            if (!(pdu instanceof Pdu.ReleaseRq)) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "expected P-DATA-TF or A-RELEASE-RQ");
            }
            wire.writePdu(new Pdu.ReleaseRp());
        });
        if (message == null) {
            awaitClose();
            return false;
        }
        busy = true;
        try {
            dispatch(message);
            return true;
        } finally {
            busy = false;
        }
    }

    private void dispatch(Channel.Message message) throws IOException {
        switch (message.field()) {
            case CommandSet.C_ECHO_RQ -> channel.respond(message, DimseStatus.SUCCESS);
            case CommandSet.C_STORE_RQ -> store.serve(message);
            case CommandSet.C_FIND_RQ ->
                on(
                        message,
                        services.find() != null
                                && Negotiation.FIND.contains(message.context().sopClass()),
                        query::find);
            case CommandSet.C_MOVE_RQ ->
                on(
                        message,
                        services.move() != null
                                && Negotiation.MOVE.contains(message.context().sopClass()),
                        query::move);
            case CommandSet.C_GET_RQ ->
                on(
                        message,
                        services.get() != null
                                && Negotiation.GET.contains(message.context().sopClass()),
                        query::get);
            case CommandSet.N_ACTION_RQ -> commitment.action(message);
            case CommandSet.N_EVENT_REPORT_RQ -> commitment.event(message);
            case CommandSet.N_CREATE_RQ -> on(message, services.steps() != null, steps::create);
            case CommandSet.N_SET_RQ -> on(message, services.steps() != null, steps::set);
            case CommandSet.C_CANCEL_RQ -> {
                // what it would cancel has ended meanwhile
            }
            case CommandSet.N_EVENT_REPORT_RQ | CommandSet.RESPONSE ->
                log.debug("{} answered our report: {}", callingAe, CommandSet.status(message.command()));
            default -> {
                if (message.field() < 0 || (message.field() & CommandSet.RESPONSE) != 0) {
                    throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a command that is no request");
                }
                unrecognized(message);
            }
        }
    }

    private interface Service {
        void serve(Channel.Message message) throws IOException;
    }

    private void on(Channel.Message message, boolean offered, Service service) throws IOException {
        if (offered) {
            service.serve(message);
        } else {
            unrecognized(message);
        }
    }

    private void unrecognized(Channel.Message message) throws IOException {
        if (CommandSet.hasDataSet(message.command())) {
            channel.dataSet(message).drain(config.maxDataSetBytes());
        }
        channel.respond(message, DimseStatus.UNRECOGNIZED_OPERATION);
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
}
