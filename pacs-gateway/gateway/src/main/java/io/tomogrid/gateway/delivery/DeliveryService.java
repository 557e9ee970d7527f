package io.tomogrid.gateway.delivery;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.Destination;
import io.tomogrid.gateway.Poller;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/** One worker for each destination that gets results (DEL-01, DEL-02, COM-02). */
@Component
public class DeliveryService implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final List<Poller> pollers;

    DeliveryService(
            GatewayProperties properties,
            Deliveries deliveries,
            Commitments commitments,
            SegmentReader archive,
            Clock clock) {
        Duration first = properties.delivery().firstBackoff();
        Duration pause = first.compareTo(PAUSE) < 0 ? first : PAUSE;
        this.pollers = properties.destinations().stream()
                .filter(Destination::results)
                .map(destination -> {
                    CommitmentAsker asker = new CommitmentAsker(destination, commitments, properties.delivery());
                    DeliveryWorker worker = new DeliveryWorker(
                            destination,
                            deliveries,
                            new Inquiry(destination.commitment(), commitments, asker),
                            archive,
                            properties.delivery().response(),
                            new Breaker(properties.delivery(), clock));
                    return Poller.start("delivery-" + destination.name(), pause, () -> {
                        worker.run();
                        asker.run();
                    });
                })
                .toList();
    }

    /** Something new is due. */
    public void wake() {
        pollers.forEach(Poller::wake);
    }

    @Override
    public void close() {
        pollers.forEach(Poller::close);
    }
}
