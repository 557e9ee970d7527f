package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sub-operations of a C-MOVE: on an association to the destination, opened anew a few times when it breaks. */
public final class ToThirdParty implements SubOperationSender {
    private static final Logger log = LoggerFactory.getLogger(ToThirdParty.class);
    private static final int MOST_OPENINGS = 3;

    private final DimseProvider provider;
    private final CMoveHandler.Move move;
    private final AssociationRequest.Originator originator;
    private final Cancelled cancelled;
    private Association association;
    private int openings;

    /** Whether the requestor took the retrieve back. Never waits. */
    @FunctionalInterface
    public interface Cancelled {
        boolean isSo() throws IOException;
    }

    /** @param provider opens the association to the destination */
    public ToThirdParty(
            DimseProvider provider,
            CMoveHandler.Move move,
            AssociationRequest.Originator originator,
            Cancelled cancelled) {
        this.provider = provider;
        this.move = move;
        this.originator = originator;
        this.cancelled = cancelled;
    }

    @Override
    public Optional<String> syntaxFor(Retrievable instance) {
        return instance.syntaxFor(syntax -> association.accepts(instance.sopClassUid(), syntax));
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
                association = provider.open(AssociationRequest.storingOrReencoding(
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
        return cancelled.isSo();
    }

    @Override
    public void close() {
        if (association != null) {
            association.close();
            association = null;
        }
    }
}
