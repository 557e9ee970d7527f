package io.tomogrid.gateway.study;

import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.Poller;
import io.tomogrid.gateway.contract.StudyComplete.Completeness;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Completes the studies of which all has come that their modality said it made, and those for which no source image came
 * during the quiet period (ING-03, ING-13).
 */
@Component
class Completion implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Completion.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Studies studies;
    private final PerformedStepStore steps;
    private final Duration quietPeriod;
    private final Clock clock;
    private final Poller poller;

    Completion(Studies studies, PerformedStepStore steps, GatewayProperties properties, Clock clock) {
        this.studies = studies;
        this.steps = steps;
        this.quietPeriod = properties.quietPeriod();
        this.clock = clock;
        Duration tenth = quietPeriod.dividedBy(10).plusMillis(1);
        this.poller = Poller.start(
                "study-completion", tenth.compareTo(LONGEST_PAUSE) < 0 ? tenth : LONGEST_PAUSE, this::look);
    }

    private void look() {
        try {
            for (String studyUid : steps.fulfilled()) {
                complete(studyUid, Completeness.EXPECTED_COUNT, Instant.MAX);
                steps.count(studyUid);
            }
            Instant quietSince = clock.instant().minus(quietPeriod);
            for (String studyUid : studies.quietSince(quietSince)) {
                complete(studyUid, Completeness.QUIET_PERIOD, quietSince);
            }
        } catch (UncheckedIOException archiveFull) {
            log.warn("studies wait for the archive: {}", archiveFull.getMessage());
        }
    }

    private void complete(String studyUid, Completeness why, Instant quietSince) {
        studies.complete(studyUid, why, quietSince)
                .ifPresent(c -> log.info(
                        "study {} is complete by {}: revision {} with {} instances",
                        studyUid,
                        why,
                        c.revision(),
                        c.instances()));
    }

    @Override
    public void close() {
        poller.close();
    }
}
