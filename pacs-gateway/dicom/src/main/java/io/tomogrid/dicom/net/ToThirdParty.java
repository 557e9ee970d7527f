package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Reencoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sub-operations of a C-MOVE: on an association to the destination, opened anew a few times when it breaks. */
final class ToThirdParty implements SubOperationSender {
    private static final Logger log = LoggerFactory.getLogger(ToThirdParty.class);
    private static final int MOST_OPENINGS = 3;

    private final Channel requestor;
    private final CMoveHandler.Move move;
    private final AssociationRequest.Originator originator;
    private BuiltInAssociation association;
    private int openings;

    ToThirdParty(Channel requestor, CMoveHandler.Move move, AssociationRequest.Originator originator) {
        this.requestor = requestor;
        this.move = move;
        this.originator = originator;
    }

    @Override
    public Optional<String> syntaxFor(Retrievable instance) {
        return Reencoder.syntaxFor(
                instance.transferSyntax(), syntax -> association.accepts(instance.sopClassUid(), syntax));
    }

    @Override
    public DimseStatus send(Retrievable instance, String transferSyntax, InputStream data) {
        try {
            return association.store(
                    instance.sopClassUid(), instance.sopInstanceUid(), transferSyntax, data, originator);
        } catch (IOException e) {
            log.warn("{} may or may not have got to {}: {}", instance.sopInstanceUid(), move.calledAe(), e.toString());
            close();
            return DimseStatus.PROCESSING_FAILURE;
        }
    }

    @Override
    public boolean isOpen() {
        while (association == null && openings < MOST_OPENINGS) {
            openings++;
            List<AssociationRequest.Syntax> syntaxes = move.instances().stream()
                    .map(i -> new AssociationRequest.Syntax(i.sopClassUid(), i.transferSyntax()))
                    .distinct()
                    .limit(AssociationRequest.MAX_CONTEXTS)
                    .toList();
            try {
                association = BuiltInAssociation.open(AssociationRequest.storingOrReencoding(
                        move.host(), move.port(), move.callingAe(), move.calledAe(), syntaxes));
            } catch (IOException e) {
                log.warn("{} cannot be reached for a C-MOVE: {}", move.calledAe(), e.toString());
                openings = MOST_OPENINGS;
            }
        }
        return association != null;
    }

    @Override
    public boolean cancelled() throws IOException {
        return requestor.cancelled(originator.messageId());
    }

    @Override
    public void close() {
        if (association != null) {
            association.close();
            association = null;
        }
    }
}
