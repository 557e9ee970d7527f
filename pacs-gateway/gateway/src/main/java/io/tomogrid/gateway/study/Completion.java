package io.tomogrid.gateway.study;

import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.Poller;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.gateway.contract.StudyComplete.Completeness;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Completes the studies for which no source image came during the quiet period (ING-03). */
@Component
class Completion implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Completion.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Studies studies;
    private final Duration quietPeriod;
    private final Clock clock;
    private final Poller poller;

    Completion(Studies studies, GatewayProperties properties, Clock clock) {
        this.studies = studies;
        this.quietPeriod = properties.quietPeriod();
        this.clock = clock;
        Duration tenth = quietPeriod.dividedBy(10).plusMillis(1);
        this.poller = Poller.start(
                "study-completion", tenth.compareTo(LONGEST_PAUSE) < 0 ? tenth : LONGEST_PAUSE, this::look);
    }

    private void look() {
        Instant quietSince = clock.instant().minus(quietPeriod);
        for (String studyUid : studies.quietSince(quietSince)) {
            Optional<StudyComplete> complete;
            try {
                complete = studies.complete(studyUid, Completeness.QUIET_PERIOD, quietSince);
            } catch (UncheckedIOException archiveFull) {
                log.warn("study {} waits for the archive: {}", studyUid, archiveFull.getMessage());
                return;
            }
            complete.ifPresent(c -> log.info(
                    "study {} came to rest: revision {} with {} instances", studyUid, c.revision(), c.instances()));
        }
    }

    @Override
    public void close() {
        poller.close();
    }
}
