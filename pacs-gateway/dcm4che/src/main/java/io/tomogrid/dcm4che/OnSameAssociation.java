package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.AssociationAborted;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.Retrievable;
import io.tomogrid.dicom.net.SubOperationSender;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Commands;
import org.dcm4che3.net.pdu.RoleSelection;

/** Sub-operations of a C-GET: C-STORE requests to the requestor, if it is a provider of the class here. */
final class OnSameAssociation implements SubOperationSender {
    private final Association association;
    private final AtomicBoolean cancelled;

    OnSameAssociation(Association association, AtomicBoolean cancelled) {
        this.association = association;
        this.cancelled = cancelled;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Optional<String> syntaxFor(Retrievable instance) {
        RoleSelection role = association.getAAssociateAC().getRoleSelectionFor(instance.sopClassUid());
        return role == null || !role.isSCP()
                ? Optional.empty()
                : instance.syntaxFor(association.getTransferSyntaxesFor(instance.sopClassUid())::contains);
    }

    @Override
    public DimseStatus send(Retrievable instance, String transferSyntax, InputStream data) throws IOException {
        Responses responses = new Responses(association.nextMessageID());
        try {
            association.invoke(
                    association.pcFor(instance.sopClassUid(), transferSyntax),
                    Commands.mkCStoreRQ(responses.getMessageID(), instance.sopClassUid(), instance.sopInstanceUid(), 0),
                    (out, syntax) -> out.copyFrom(data),
                    responses,
                    0,
                    association.getConnection().getResponseTimeout());
            DimseStatus status = Messages.status(responses.next().command());
            responses.taken();
            return status;
        } catch (IOException e) {
            throw new AssociationAborted("the connection or the data broke while an instance was sent", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssociationAborted("the server closes", e);
        }
    }

    @Override
    public boolean cancelled() {
        return cancelled.get();
    }

    @Override
    public void close() {
        // the association is the requestor's
    }
}
