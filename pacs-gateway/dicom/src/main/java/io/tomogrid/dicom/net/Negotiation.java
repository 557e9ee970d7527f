package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an acceptor answers to the contexts and roles that are proposed to it, PS3.8 section 9.3.3 and PS3.7 annex D.3;
 * the same whoever speaks DIMSE.
 */
public final class Negotiation {
    private static final String STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1.";
    private static final String STANDARD_ROOT = "1.2.840.10008.";
    public static final Set<String> FIND =
            Set.of(Uid.StudyRootQueryRetrieveInformationModelFIND, Uid.PatientRootQueryRetrieveInformationModelFIND);
    public static final Set<String> MOVE =
            Set.of(Uid.StudyRootQueryRetrieveInformationModelMOVE, Uid.PatientRootQueryRetrieveInformationModelMOVE);
    public static final Set<String> GET =
            Set.of(Uid.StudyRootQueryRetrieveInformationModelGET, Uid.PatientRootQueryRetrieveInformationModelGET);
    /** In the order in which we like data sets that we read ourselves. */
    private static final List<String> PLAIN =
            List.of(Uid.ExplicitVRLittleEndian, Uid.ImplicitVRLittleEndian, Uid.ExplicitVRBigEndian);

    private final DimseServices services;
    private final Map<String, RoleSelection> proposedRoles = new HashMap<>();
    private final Map<String, RoleSelection> roles = new HashMap<>();
    private final List<PresentationContext.Answer> answers = new ArrayList<>();
    private final Map<Integer, Channel.Context> contexts = new HashMap<>();
    private final List<ExtendedNegotiation> extended;

    /** For a provider that offers no extended negotiation. */
    public Negotiation(DimseServices services, List<PresentationContext> proposed, List<RoleSelection> proposedRoles) {
        this(services, proposed, proposedRoles, List.of());
    }

    Negotiation(
            DimseServices services,
            List<PresentationContext> proposed,
            List<RoleSelection> proposedRoles,
            List<ExtendedNegotiation> proposedExtended) {
        this.services = services;
        proposedRoles.forEach(role -> this.proposedRoles.put(role.sopClass(), role));
        proposed.forEach(context -> answers.add(answer(context)));
        Set<String> accepted =
                contexts.values().stream().map(Channel.Context::sopClass).collect(Collectors.toSet());
        this.extended = proposedExtended.stream()
                .filter(e -> accepted.contains(e.sopClass()) && isQueryOrRetrieve(e.sopClass()))
                .toList();
    }

    /** In the order of what was proposed. */
    public List<PresentationContext.Answer> answers() {
        return List.copyOf(answers);
    }

    /** What was granted of the roles that were proposed. */
    public List<RoleSelection> roles() {
        return List.copyOf(roles.values());
    }

    /** What was agreed on of the extended negotiation that was proposed. */
    List<ExtendedNegotiation> extended() {
        return extended;
    }

    Map<Integer, Channel.Context> contexts() {
        return contexts;
    }

    /** Information models whose identifiers may lack unique keys of upper levels, as was proposed. */
    Set<String> relational() {
        return extended.stream()
                .filter(ExtendedNegotiation::relational)
                .map(ExtendedNegotiation::sopClass)
                .collect(Collectors.toSet());
    }

    private static boolean isQueryOrRetrieve(String sopClass) {
        return FIND.contains(sopClass) || MOVE.contains(sopClass) || GET.contains(sopClass);
    }

    private PresentationContext.Answer answer(PresentationContext context) {
        String sopClass = context.abstractSyntax();
        boolean storage = isStorage(sopClass);
        if (!storage && !offered(sopClass)) {
            return new PresentationContext.Answer(
                    context.id(), PresentationContext.Answer.ABSTRACT_SYNTAX_NOT_SUPPORTED, Uid.ImplicitVRLittleEndian);
        }
        String chosen = storage ? choose(context.transferSyntaxes()) : choosePlain(context.transferSyntaxes());
        if (chosen == null) {
            return new PresentationContext.Answer(
                    context.id(),
                    PresentationContext.Answer.TRANSFER_SYNTAXES_NOT_SUPPORTED,
                    Uid.ImplicitVRLittleEndian);
        }
        RoleSelection proposed = proposedRoles.get(sopClass);
        boolean peerProvides = proposed != null && proposed.scp() && peerMayProvide(sopClass, storage);
        if (proposed != null) {
            roles.put(sopClass, new RoleSelection(sopClass, proposed.scu(), peerProvides));
        }
        contexts.put(context.id(), new Channel.Context(context.id(), sopClass, chosen, peerProvides));
        return new PresentationContext.Answer(context.id(), PresentationContext.Answer.ACCEPTED, chosen);
    }

    /** Every storage class of the standard, and whatever class a vendor made itself. */
    private static boolean isStorage(String sopClass) {
        return sopClass.startsWith(STORAGE_ROOT) || !sopClass.isEmpty() && !sopClass.startsWith(STANDARD_ROOT);
    }

    private boolean offered(String sopClass) {
        return sopClass.equals(Uid.Verification)
                || services.find() != null && FIND.contains(sopClass)
                || services.move() != null && MOVE.contains(sopClass)
                || services.get() != null && GET.contains(sopClass)
                || services.steps() != null && sopClass.equals(Uid.ModalityPerformedProcedureStepSOPClass)
                || sopClass.equals(Uid.StorageCommitmentPushModelSOPClass)
                        && (services.commitment() != null || services.commitmentResults() != null);
    }

    private boolean peerMayProvide(String sopClass, boolean storage) {
        return storage
                ? services.get() != null
                : sopClass.equals(Uid.StorageCommitmentPushModelSOPClass) && services.commitmentResults() != null;
    }

    /** The sender's own order counts, unless it puts implicit first and offers explicit too. */
    private static String choose(List<String> proposed) {
        if (proposed.isEmpty()) {
            return null;
        }
        String first = proposed.get(0);
        return first.equals(Uid.ImplicitVRLittleEndian) && proposed.contains(Uid.ExplicitVRLittleEndian)
                ? Uid.ExplicitVRLittleEndian
                : first;
    }

    private static String choosePlain(List<String> proposed) {
        return PLAIN.stream().filter(proposed::contains).findFirst().orElse(null);
    }
}
