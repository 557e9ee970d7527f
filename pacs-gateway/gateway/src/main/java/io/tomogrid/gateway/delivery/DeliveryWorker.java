package io.tomogrid.gateway.delivery;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.NoPresentationContext;
import io.tomogrid.gateway.GatewayProperties.Destination;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what is due to one destination. A destination has one of these on a thread of its own, so none waits for another. */
final class DeliveryWorker {
    private static final Logger log = LoggerFactory.getLogger(DeliveryWorker.class);
    private static final int AT_ONCE = 100;
    private static final long RECORDED_AFTER_NANOS = 200_000_000;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Destination destination;
    private final Deliveries deliveries;
    private final Inquiry inquiry;
    private final SegmentReader archive;
    private final Duration response;
    private final Breaker breaker;

    DeliveryWorker(
            Destination destination,
            Deliveries deliveries,
            Inquiry inquiry,
            SegmentReader archive,
            Duration response,
            Breaker breaker) {
        this.destination = destination;
        this.deliveries = deliveries;
        this.inquiry = inquiry;
        this.archive = archive;
        this.response = response;
        this.breaker = breaker;
    }

    /** Sends until nothing is due, or the destination takes no association. */
    void run() throws InterruptedException {
        if (!breaker.lets()) {
            return;
        }
        List<Deliveries.Due> due = deliveries.due(destination.name(), AT_ONCE);
        while (!due.isEmpty()) {
            Deque<Deliveries.Due> waiting = new ArrayDeque<>(due);
            while (!waiting.isEmpty()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                onOneAssociation(waiting);
            }
            due = breaker.lets() ? deliveries.due(destination.name(), AT_ONCE) : List.of();
        }
    }

    /** Takes from {@code waiting} what was tried; at least one. An association that breaks leaves the others waiting. */
    private void onOneAssociation(Deque<Deliveries.Due> waiting) throws InterruptedException {
        Association association;
        try {
            association = open(waiting);
        } catch (IOException e) {
            log.warn("{} cannot be reached: {}", destination.name(), e.toString());
            deliveries.unreachable(destination.name(), "no association: " + reason(e), breaker.tookNone());
            waiting.clear();
            return;
        }
        breaker.took();
        List<Deliveries.Tried> tried = new ArrayList<>();
        boolean broken = false;
        long since = System.nanoTime();
        try (association) {
            while (!waiting.isEmpty() && !broken) {
                Deliveries.Due due = waiting.remove();
                Outcome outcome = send(association, due);
                tried.add(new Deliveries.Tried(due, outcome, destination.commitment()));
                broken = outcome instanceof Outcome.Unknown;
                boolean time = System.nanoTime() - since > RECORDED_AFTER_NANOS;
                if (time || broken || waiting.isEmpty()) {
                    deliveries.record(tried);
                    tried.clear();
                    since = System.nanoTime();
                }
            }
        }
    }

    private Association open(Deque<Deliveries.Due> waiting) throws IOException {
        Set<Syntax> syntaxes = new LinkedHashSet<>();
        waiting.forEach(due -> syntaxes.add(syntax(due)));
        AssociationRequest request = AssociationRequest.storingOrReencoding(
                        destination.host(),
                        destination.port(),
                        destination.callingAe(),
                        destination.aeTitle(),
                        syntaxes)
                .withTimeouts(CONNECT, response);
        boolean anyUnknown = waiting.stream().anyMatch(Deliveries.Due::unknown);
        return Association.open(anyUnknown ? request.alsoAsking(inquiry.sopClasses()) : request);
    }

    private Outcome send(Association association, Deliveries.Due due) throws InterruptedException {
        if (due.unknown()) {
            try {
                Optional<Outcome> held = inquiry.held(association, due);
                if (held.isPresent()) {
                    return held.get();
                }
            } catch (IOException e) {
                log.warn(
                        "{} does not tell whether it holds {}: {}",
                        destination.name(),
                        due.sopInstanceUid(),
                        e.toString());
                return new Outcome.Unknown(reason(e));
            }
        }
        Optional<String> syntax =
                Reencoder.syntaxFor(due.transferSyntax(), offered -> association.accepts(due.sopClassUid(), offered));
        if (syntax.isEmpty()) {
            return new Outcome.Refused(new NoPresentationContext(due.sopClassUid(), due.transferSyntax()).getMessage());
        }
        InputStream dataset;
        try {
            dataset = Reencoder.reencode(
                    new ByteArrayInputStream(archive.read(due.ref(), due.sha256())),
                    due.transferSyntax(),
                    syntax.get());
        } catch (IOException e) {
            log.error("{} cannot be read from the archive", due.sopInstanceUid(), e);
            return new Outcome.Failed("the archive cannot give it: " + reason(e));
        }
        try {
            return outcome(association.store(due.sopClassUid(), due.sopInstanceUid(), syntax.get(), dataset));
        } catch (IOException e) {
            log.warn("{} may or may not hold {}: {}", destination.name(), due.sopInstanceUid(), e.toString());
            return new Outcome.Unknown(reason(e));
        }
    }

    /** Only a lack of resources and a processing failure pass by themselves, PS3.4 table B.2-1 and PS3.7 annex C. */
    private static Outcome outcome(DimseStatus status) {
        if (status.isSuccess()) {
            return new Outcome.Accepted("");
        }
        if (status.isWarning()) {
            return new Outcome.Accepted("with a warning: " + status);
        }
        String reason = "the peer answered " + status;
        boolean passes = (status.code() & 0xff00) == 0xa700 || status.code() == 0x0110 || status.code() == 0x0213;
        return passes ? new Outcome.Failed(reason) : new Outcome.Refused(reason);
    }

    private static Syntax syntax(Deliveries.Due due) {
        return new Syntax(due.sopClassUid(), due.transferSyntax());
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
