package io.tomogrid.gateway.commitment;

import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.SopReference;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import io.tomogrid.gateway.GatewayProperties.Destination;
import io.tomogrid.gateway.Poller;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The outbox of reports to configured destinations: verified, reported, retried, and given up after the last try. */
@Component
class CommitmentReports implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CommitmentReports.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final JdbcTemplate jdbc;
    private final Verifier verifier;
    private final List<Destination> destinations;
    private final DeliveryPolicy policy;
    private final Clock clock;
    private final Poller poller;

    CommitmentReports(JdbcTemplate jdbc, Verifier verifier, GatewayProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.verifier = verifier;
        this.destinations = properties.destinations();
        this.policy = properties.delivery();
        this.clock = clock;
        this.poller = Poller.start("commitment-reports", PAUSE, this::run);
    }

    private record Due(
            long id, String destination, String transactionUid, List<SopReference> instances, int attempts) {}

    void add(String destination, String transactionUid, List<SopReference> instances) {
        Timestamp now = Timestamp.from(clock.instant());
        jdbc.update(
                """
                INSERT INTO commitment_report (destination, transaction_uid, instances, received, next_attempt)
                VALUES (?, ?, ?, ?, ?)""",
                destination,
                transactionUid,
                instances.stream()
                        .map(i -> i.sopClassUid() + " " + i.sopInstanceUid())
                        .collect(Collectors.joining("\n")),
                now,
                now);
    }

    void wake() {
        poller.wake();
    }

    private void run() throws InterruptedException {
        for (Due due : due()) {
            report(due);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private List<Due> due() {
        return jdbc.query(
                """
                SELECT id, destination, transaction_uid, instances, attempts FROM commitment_report
                WHERE NOT dead AND next_attempt <= ? ORDER BY next_attempt LIMIT 20""",
                (row, n) -> new Due(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4)
                                .lines()
                                .map(line -> line.split(" "))
                                .map(pair -> new SopReference(pair[0], pair[1]))
                                .toList(),
                        row.getInt(5)),
                Timestamp.from(clock.instant()));
    }

    private void report(Due due) {
        Destination to = destinations.stream()
                .filter(d -> d.name().equals(due.destination()))
                .findFirst()
                .orElse(null);
        if (to == null) {
            failed(due, "the destination is no longer configured");
            return;
        }
        CommitmentResult result = verifier.verify(due.transactionUid(), due.instances());
        try (Association association =
                Association.open(AssociationRequest.reporting(to.host(), to.port(), to.callingAe(), to.aeTitle())
                        .withTimeouts(CONNECT, policy.response()))) {
            DimseStatus status = association.reportCommitment(result);
            if (status.isSuccess() || status.isWarning()) {
                jdbc.update("DELETE FROM commitment_report WHERE id = ?", due.id());
            } else {
                failed(due, "it answered " + status);
            }
        } catch (IOException e) {
            failed(due, e.toString());
        }
    }

    private void failed(Due due, String reason) {
        int attempts = due.attempts() + 1;
        boolean dead = attempts >= policy.maxAttempts();
        log.warn(
                "storage commitment {} is not reported to {}{}: {}",
                due.transactionUid(),
                due.destination(),
                dead ? " and given up" : " yet",
                reason);
        jdbc.update(
                "UPDATE commitment_report SET attempts = ?, next_attempt = ?, dead = ? WHERE id = ?",
                attempts,
                Timestamp.from(clock.instant().plus(policy.backoff(attempts))),
                dead,
                due.id());
    }

    @Override
    public void close() {
        poller.close();
    }
}
