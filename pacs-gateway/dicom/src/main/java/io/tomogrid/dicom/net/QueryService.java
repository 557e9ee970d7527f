package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Tag;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** C-FIND, C-MOVE and C-GET as provider, PS3.7 sections 9.1.2 to 9.1.4. */
final class QueryService {
    private static final Logger log = LoggerFactory.getLogger(QueryService.class);
    private static final int MOST_IDENTIFIER = 1 << 20;

    private final Channel channel;
    private final Peer peer;
    private final DimseServices services;
    private final Set<String> relational;

    /** @param relational information models for which that was agreed */
    QueryService(Channel channel, Peer peer, DimseServices services, Set<String> relational) {
        this.relational = relational;
        this.channel = channel;
        this.peer = peer;
        this.services = services;
    }

    /** What a request is answered when it is done, and how it is sent. */
    @FunctionalInterface
    private interface Work {
        void on(QueryRequest request) throws IOException;
    }

    void find(Channel.Message message) throws IOException {
        serve(message, "C-FIND", request -> {
            boolean[] cancelled = new boolean[1];
            DimseStatus status = services.find().find(request, (match, pending) -> {
                cancelled[0] |= channel.cancelled(message.messageId());
                if (!cancelled[0]) {
                    channel.send(message.context(), CommandSet.response(message.command(), pending), match);
                }
                return !cancelled[0];
            });
            channel.respond(message, cancelled[0] ? DimseStatus.CANCEL : status);
        });
    }

    void get(Channel.Message message) throws IOException {
        serve(message, "C-GET", request -> {
            try (SubOperationSender sender = new OnSameAssociation(channel, message.messageId())) {
                retrieve(message, services.get().get(request), sender);
            }
        });
    }

    void move(Channel.Message message) throws IOException {
        serve(message, "C-MOVE", request -> {
            String destination = message.command().string(Tag.MoveDestination).orElse("");
            CMoveHandler.Move move = services.move().move(request, destination);
            try (SubOperationSender sender = new ToThirdParty(
                    DimseProvider.builtIn(),
                    move,
                    new AssociationRequest.Originator(peer.callingAe(), message.messageId()),
                    () -> channel.cancelled(message.messageId()))) {
                retrieve(message, move.instances(), sender);
            }
        });
    }

    private void retrieve(Channel.Message message, List<Retrievable> instances, SubOperationSender sender)
            throws IOException {
        Retrieval.run(instances, sender, (counts, status) -> respond(message, counts, status));
    }

    private void respond(Channel.Message message, SubOperations counts, DimseStatus status) throws IOException {
        Dataset response = counts.response(message.command(), status);
        if (counts.anyFailed() && !status.isPending()) {
            channel.send(
                    message.context(),
                    response,
                    counts.failedList(message.context().transferSyntax()));
        } else {
            channel.send(message.context(), response);
        }
    }

    private void serve(Channel.Message message, String what, Work work) throws IOException {
        try {
            Dataset identifier = channel.readDataSet(message, MOST_IDENTIFIER);
            work.on(new QueryRequest(
                    peer.callingAe(),
                    peer.calledAe(),
                    message.context().sopClass(),
                    identifier,
                    peer.address(),
                    relational.contains(message.context().sopClass())));
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (RequestRefused e) {
            log.info("{} of {} refused: {}", what, peer.callingAe(), e.status());
            channel.respond(message, e.status());
        } catch (DicomFormatException e) {
            log.info("{} of {} is malformed: {}", what, peer.callingAe(), e.getMessage());
            channel.respond(message, DimseStatus.IDENTIFIER_DOES_NOT_MATCH.because(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            log.error("{} of {} failed", what, peer.callingAe(), e);
            channel.respond(message, DimseStatus.UNABLE_TO_PROCESS.because("failed; the log of the SCP says why"));
        }
    }
}
