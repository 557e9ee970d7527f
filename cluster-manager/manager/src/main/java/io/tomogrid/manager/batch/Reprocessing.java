package io.tomogrid.manager.batch;

import io.tomogrid.manager.ManagerProperties;
import io.tomogrid.manager.RoutingRule;
import io.tomogrid.manager.peer.GatewayClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Begins batches, and refuses those that make no sense. */
@Component
class Reprocessing {
    private static final Logger log = LoggerFactory.getLogger(Reprocessing.class);

    private final BatchStore batches;
    private final List<String> protocols;
    /** For one thread: guarded by this. */
    private final GatewayClient gateway;

    Reprocessing(
            BatchStore batches,
            ManagerProperties properties,
            @Value("${tomogrid.token}") String token,
            HttpClient http) {
        this.batches = batches;
        this.protocols = properties.rules().stream()
                .map(RoutingRule::protocol)
                .distinct()
                .toList();
        this.gateway = new GatewayClient(properties.gatewayUrl(), token, http, properties.timeout());
    }

    /**
     * How many studies it would be.
     *
     * @throws IllegalArgumentException naming why it cannot be done
     * @throws PeerUnreachable if the gateway cannot be asked
     */
    long studies(BatchRequest request) {
        if (!protocols.contains(request.protocol())) {
            throw new IllegalArgumentException(
                    "protocol: no rule of the manager names it; those that there are: " + String.join(", ", protocols));
        }
        long total;
        try {
            total = count(request.query());
        } catch (PeerRefused e) {
            throw new IllegalArgumentException("query: " + e.getMessage(), e);
        }
        if (total == 0) {
            throw new IllegalArgumentException("query: no study of the archive matches it; nothing was begun");
        }
        if (total > request.limit()) {
            throw new IllegalArgumentException("query: " + total + " studies match it, the limit is " + request.limit()
                    + "; narrow it, or raise the limit; nothing was begun");
        }
        return total;
    }

    /** @return the new batch's id, see {@link #studies} for what is thrown */
    String begin(BatchRequest request) {
        long total = studies(request);
        String id = batches.add(request, Optional.empty()).orElseThrow();
        log.info("batch {}: {} over {} studies", id, request.protocol(), total);
        return id;
    }

    /**
     * As a work item wants it: all of the studies that it names must be there.
     *
     * @return empty if there is such a work item already
     */
    Optional<String> begin(Workitem workitem) {
        BatchRequest request = workitem.request();
        long total = studies(request);
        int wanted = workitem.studies().size();
        if (total < wanted) {
            throw new IllegalArgumentException("Input Information Sequence: of its " + wanted
                    + " studies the archive has " + total + "; nothing was begun");
        }
        Optional<String> id = batches.add(request, Optional.of(workitem.uid()));
        id.ifPresent(
                made -> log.info("batch {}: {} over {} studies, for a work item", made, request.protocol(), total));
        return id;
    }

    private synchronized long count(BatchQuery query) {
        return gateway.matches(query.text(), 0, 1).total();
    }
}
