package io.tomogrid.gateway.commitment;

import io.tomogrid.dicom.net.CommitmentHandler;
import io.tomogrid.dicom.net.CommitmentRequest;
import io.tomogrid.dicom.net.SopReference;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.Destination;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Storage Commitment SCP, PS3.4 annex J. A requestor that is a configured destination is called back, however long that
 * takes; any other one is told on its own association.
 */
@Component
public class CommitmentScp implements CommitmentHandler {
    private final Verifier verifier;
    private final CommitmentReports reports;
    private final List<Destination> destinations;

    CommitmentScp(Verifier verifier, CommitmentReports reports, GatewayProperties properties) {
        this.verifier = verifier;
        this.reports = reports;
        this.destinations = properties.destinations();
    }

    @Override
    public Report requested(CommitmentRequest request) {
        List<SopReference> distinct = request.instances().stream().distinct().toList();
        Optional<Destination> callBack = destinations.stream()
                .filter(d -> d.aeTitle().equals(request.callingAe()))
                .findFirst();
        if (callBack.isEmpty()) {
            return () -> Optional.of(verifier.verify(request.transactionUid(), distinct));
        }
        reports.add(callBack.get().name(), request.transactionUid(), distinct);
        return () -> {
            reports.wake();
            return Optional.empty();
        };
    }
}
