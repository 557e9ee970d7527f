package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.Negotiation;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.AssociationHandler;
import org.dcm4che3.net.pdu.AAbort;
import org.dcm4che3.net.pdu.AAssociateAC;
import org.dcm4che3.net.pdu.AAssociateRJ;
import org.dcm4che3.net.pdu.AAssociateRQ;
import org.dcm4che3.net.pdu.PresentationContext;
import org.dcm4che3.net.pdu.RoleSelection;
import org.dcm4che3.net.pdu.UserIdentityAC;

/** Who may come in, and what is accepted of what is proposed: as {@link Negotiation} has it. */
final class Handshake extends AssociationHandler {
    /** With less room in a PDU dcm4che's encoder never ends; a fragment's header takes six bytes of it. */
    private static final int LEAST_PDU = 16;

    private final DimseServerConfig config;
    private final DimseServices services;

    Handshake(DimseServerConfig config, DimseServices services) {
        this.config = config;
        this.services = services;
    }

    @Override
    protected AAssociateAC makeAAssociateAC(Association association, AAssociateRQ request, UserIdentityAC identity)
            throws IOException {
        if (!config.callingAllowed().test(request.getCallingAET())) {
            throw new AAssociateRJ(
                    AAssociateRJ.RESULT_REJECTED_PERMANENT,
                    AAssociateRJ.SOURCE_SERVICE_USER,
                    AAssociateRJ.REASON_CALLING_AET_NOT_RECOGNIZED);
        }
        if (request.getMaxPDULength() < 0) {
            // an unsigned number of more than 31 bits: more than anything we send
            request.setMaxPDULength(0);
        }
        if (request.getMaxPDULength() > 0 && request.getMaxPDULength() < LEAST_PDU) {
            throw new AAbort(AAbort.UL_SERIVE_PROVIDER, AAbort.INVALID_PDU_PARAMETER_VALUE);
        }
        AAssociateAC accept = new AAssociateAC();
        accept.setCalledAET(request.getCalledAET());
        accept.setCallingAET(request.getCallingAET());
        accept.setMaxPDULength(association.getConnection().getReceivePDULength());
        accept.setUserIdentityAC(identity);
        Negotiation negotiation = new Negotiation(services, proposed(request), roles(request));
        negotiation
                .answers()
                .forEach(a ->
                        accept.addPresentationContext(new PresentationContext(a.id(), a.result(), a.transferSyntax())));
        negotiation.roles().forEach(r -> accept.addRoleSelection(new RoleSelection(r.sopClass(), r.scu(), r.scp())));
        return accept;
    }

    private static List<io.tomogrid.dicom.net.PresentationContext> proposed(AAssociateRQ request) {
        return request.getPresentationContexts().stream()
                .map(c -> new io.tomogrid.dicom.net.PresentationContext(
                        c.getPCID(),
                        c.getAbstractSyntax() == null ? "" : c.getAbstractSyntax(),
                        Arrays.asList(c.getTransferSyntaxes())))
                .toList();
    }

    private static List<io.tomogrid.dicom.net.RoleSelection> roles(AAssociateRQ request) {
        return request.getRoleSelections().stream()
                .map(r -> new io.tomogrid.dicom.net.RoleSelection(r.getSOPClassUID(), r.isSCU(), r.isSCP()))
                .toList();
    }
}
