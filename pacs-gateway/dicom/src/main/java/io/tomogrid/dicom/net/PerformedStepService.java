package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.io.IOException;

/** Modality Performed Procedure Step at the acceptor, PS3.4 section F.7. */
final class PerformedStepService {
    private final Channel channel;
    private final Peer peer;
    private final PerformedStepHandler handler;

    PerformedStepService(Channel channel, Peer peer, PerformedStepHandler handler) {
        this.channel = channel;
        this.peer = peer;
        this.handler = handler;
    }

    void create(Channel.Message message) throws IOException {
        serve(message, PerformedSteps.Operation.CREATE, Tag.AffectedSOPInstanceUID);
    }

    void set(Channel.Message message) throws IOException {
        serve(message, PerformedSteps.Operation.SET, Tag.RequestedSOPInstanceUID);
    }

    private void serve(Channel.Message message, PerformedSteps.Operation operation, int instance) throws IOException {
        DimseStatus status = DimseStatus.SUCCESS;
        try {
            Dataset dataset = channel.readDataSet(message, PerformedSteps.MOST_BYTES);
            PerformedSteps.serve(
                    handler,
                    new PerformedSteps.Request(
                            operation,
                            peer.callingAe(),
                            message.context().sopClass(),
                            message.command().string(instance).orElse(""),
                            dataset));
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            status = Refusal.of(e, "a performed procedure step", peer.callingAe());
        }
        channel.respond(message, status);
    }
}
