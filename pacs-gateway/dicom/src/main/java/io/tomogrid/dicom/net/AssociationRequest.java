package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.Uid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An association to open.
 *
 * @param contexts for instances one abstract and one transfer syntax each, so that each goes exactly as it is stored
 * @param connect time-out of the connection
 * @param response time-out of each answer
 * @param roles what we are for some SOP classes, when it is not just a user
 * @param relational information models in which identifiers will lack unique keys of upper levels, PS3.4 section C.5
 */
public record AssociationRequest(
        String host,
        int port,
        String callingAe,
        String calledAe,
        List<PresentationContext> contexts,
        Duration connect,
        Duration response,
        List<RoleSelection> roles,
        List<String> relational) {
    public static final int MAX_CONTEXTS = 128;

    public AssociationRequest {
        contexts = List.copyOf(contexts);
        roles = List.copyOf(roles);
        relational = List.copyOf(relational);
        if (contexts.isEmpty() || contexts.size() > MAX_CONTEXTS) {
            throw new IllegalArgumentException("presentation contexts: expected 1 to 128, got " + contexts.size());
        }
    }

    /** What one SOP class in one transfer syntax is called here. */
    public record Syntax(String sopClass, String transferSyntax) {}

    /** On whose behalf a C-MOVE sub-operation is, PS3.7 section 9.1.1.1. */
    public record Originator(String aeTitle, int messageId) {}

    /** An association for these kinds of instances, with 10 s to connect and 60 s for each answer. */
    public static AssociationRequest storing(
            String host, int port, String callingAe, String calledAe, Collection<Syntax> syntaxes) {
        List<PresentationContext> contexts = new ArrayList<>();
        for (Syntax syntax : syntaxes) {
            contexts.add(context(contexts.size(), syntax.sopClass(), syntax.transferSyntax()));
        }
        return with(host, port, callingAe, calledAe, contexts, List.of());
    }

    /**
     * An association for stored instances: each kind as it is stored, and as second choice of each SOP class the transfer
     * syntaxes into which {@link Reencoder} turns it, as far as there is room for their contexts.
     */
    public static AssociationRequest storingOrReencoding(
            String host, int port, String callingAe, String calledAe, Collection<Syntax> stored) {
        List<PresentationContext> contexts =
                new ArrayList<>(storing(host, port, callingAe, calledAe, stored).contexts());
        Map<String, Set<String>> others = new LinkedHashMap<>();
        stored.forEach(syntax -> others.computeIfAbsent(syntax.sopClass(), c -> new LinkedHashSet<>())
                .addAll(Reencoder.uncompressedBut(syntax.transferSyntax())));
        others.forEach((sopClass, syntaxes) -> {
            if (!syntaxes.isEmpty() && contexts.size() < MAX_CONTEXTS) {
                contexts.add(context(contexts.size(), sopClass, syntaxes.toArray(String[]::new)));
            }
        });
        return with(host, port, callingAe, calledAe, contexts, List.of());
    }

    /** An association for services whose data sets are plain: C-ECHO, C-FIND, C-MOVE, requests for commitment. */
    public static AssociationRequest asking(
            String host, int port, String callingAe, String calledAe, String... sopClasses) {
        List<PresentationContext> contexts = new ArrayList<>();
        for (String sopClass : sopClasses) {
            contexts.add(plain(contexts.size(), sopClass));
        }
        return with(host, port, callingAe, calledAe, contexts, List.of());
    }

    /** An association for C-GET, on which the peer stores these kinds of instances. @param sopClass information model */
    public static AssociationRequest retrieving(
            String host, int port, String callingAe, String calledAe, String sopClass, Collection<Syntax> syntaxes) {
        List<PresentationContext> contexts = new ArrayList<>();
        contexts.add(plain(0, sopClass));
        for (Syntax syntax : syntaxes) {
            contexts.add(context(contexts.size(), syntax.sopClass(), syntax.transferSyntax()));
        }
        List<RoleSelection> roles = syntaxes.stream()
                .map(Syntax::sopClass)
                .distinct()
                .map(c -> new RoleSelection(c, false, true))
                .toList();
        return with(host, port, callingAe, calledAe, contexts, roles);
    }

    /** An association on which a Storage Commitment SCP reports. */
    public static AssociationRequest reporting(String host, int port, String callingAe, String calledAe) {
        String sopClass = Uid.StorageCommitmentPushModelSOPClass;
        return with(
                host,
                port,
                callingAe,
                calledAe,
                List.of(plain(0, sopClass)),
                List.of(new RoleSelection(sopClass, false, true)));
    }

    /** The same with services whose data sets are plain, as far as there is room for their contexts. */
    public AssociationRequest alsoAsking(String... sopClasses) {
        List<PresentationContext> all = new ArrayList<>(contexts);
        for (String sopClass : sopClasses) {
            if (all.size() < MAX_CONTEXTS) {
                all.add(plain(all.size(), sopClass));
            }
        }
        return new AssociationRequest(host, port, callingAe, calledAe, all, connect, response, roles, relational);
    }

    /** The same, and identifiers of these information models will be relational; a peer that cannot do that refuses them. */
    public AssociationRequest relationally(String... sopClasses) {
        return new AssociationRequest(
                host, port, callingAe, calledAe, contexts, connect, response, roles, List.of(sopClasses));
    }

    public AssociationRequest withTimeouts(Duration newConnect, Duration newResponse) {
        return new AssociationRequest(
                host, port, callingAe, calledAe, contexts, newConnect, newResponse, roles, relational);
    }

    private static AssociationRequest with(
            String host,
            int port,
            String callingAe,
            String calledAe,
            List<PresentationContext> contexts,
            List<RoleSelection> roles) {
        return new AssociationRequest(
                host,
                port,
                callingAe,
                calledAe,
                contexts,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                roles,
                List.of());
    }

    private static PresentationContext plain(int before, String sopClass) {
        return context(before, sopClass, Uid.ExplicitVRLittleEndian, Uid.ImplicitVRLittleEndian);
    }

    private static PresentationContext context(int before, String sopClass, String... transferSyntaxes) {
        return new PresentationContext(2 * before + 1, sopClass, List.of(transferSyntaxes));
    }
}
