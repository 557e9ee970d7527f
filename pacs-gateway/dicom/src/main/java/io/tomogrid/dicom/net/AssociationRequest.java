package io.tomogrid.dicom.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * An association to open.
 *
 * @param contexts one abstract and one transfer syntax each, so that an instance goes exactly as it is stored
 * @param connect time-out of the connection
 * @param response time-out of each answer
 */
public record AssociationRequest(
        String host,
        int port,
        String callingAe,
        String calledAe,
        List<PresentationContext> contexts,
        Duration connect,
        Duration response) {
    public static final int MAX_CONTEXTS = 128;

    public AssociationRequest {
        contexts = List.copyOf(contexts);
        if (contexts.isEmpty() || contexts.size() > MAX_CONTEXTS) {
            throw new IllegalArgumentException("presentation contexts: expected 1 to 128, got " + contexts.size());
        }
    }

    /** What one SOP class in one transfer syntax is called here. */
    public record Syntax(String sopClass, String transferSyntax) {}

    /** An association for these kinds of instances, with 10 s to connect and 60 s for each answer. */
    public static AssociationRequest storing(
            String host, int port, String callingAe, String calledAe, Collection<Syntax> syntaxes) {
        List<PresentationContext> contexts = new ArrayList<>();
        for (Syntax syntax : syntaxes) {
            contexts.add(new PresentationContext(
                    2 * contexts.size() + 1, syntax.sopClass(), List.of(syntax.transferSyntax())));
        }
        return new AssociationRequest(
                host, port, callingAe, calledAe, contexts, Duration.ofSeconds(10), Duration.ofSeconds(60));
    }
}
