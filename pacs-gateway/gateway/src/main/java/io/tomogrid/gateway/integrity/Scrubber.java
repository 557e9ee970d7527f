package io.tomogrid.gateway.integrity;

import io.tomogrid.archive.DamagedRecordException;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.gateway.Poller;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Reads every instance again from time to time, slowly, and holds it against the SHA-256 that it came with (ARC-07): a disk
 * that forgets is found out while the modality or another copy still has the image.
 */
@Component
class Scrubber implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Scrubber.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(1);

    private final ScrubStore store;
    private final SegmentReader archive;
    private final ScrubProperties properties;
    private final Clock clock;
    private final Poller poller;
    private volatile boolean wanted;
    private Instant notBefore = Instant.MIN;
    private String unreadable = "";

    Scrubber(ScrubStore store, SegmentReader archive, ScrubProperties properties, Clock clock) {
        this.store = store;
        this.archive = archive;
        this.properties = properties;
        this.clock = clock;
        this.poller = Poller.start("scrubber", PAUSE, this::look);
    }

    /** A round begins now, though the last one may be young; one that goes on, goes on. */
    void beginNow() {
        wanted = true;
        poller.wake();
    }

    private void look() throws InterruptedException {
        if (properties.rate().toBytes() == 0 && !wanted || clock.instant().isBefore(notBefore)) {
            return;
        }
        ScrubStore.Round round = store.round();
        if (round.began().isEmpty() || round.ended().isPresent()) {
            Optional<Instant> due = round.began().map(began -> began.plus(properties.every()));
            if (!wanted && due.isPresent() && clock.instant().isBefore(due.get())) {
                notBefore = due.get().isBefore(clock.instant().plus(AFTER_TROUBLE))
                        ? due.get()
                        : clock.instant().plus(AFTER_TROUBLE);
                return;
            }
            store.begin(clock.instant());
        }
        wanted = false;
        for (Optional<ScrubStore.Series> series = store.next(); series.isPresent(); series = store.next()) {
            try {
                read(series.get());
            } catch (IOException unreachable) {
                log.warn("the archive cannot be read through: {}; goes on in a minute", unreachable.getMessage());
                notBefore = clock.instant().plus(AFTER_TROUBLE);
                return;
            }
        }
        store.end(clock.instant());
        log.info("read the archive through: {} instances", store.round().instances());
    }

    private void read(ScrubStore.Series series) throws IOException, InterruptedException {
        List<ScrubStore.Kept> instances = store.instances(series);
        Map<String, String> damaged = new LinkedHashMap<>();
        long bytes = 0;
        for (ScrubStore.Kept kept : instances) {
            try {
                archive.verify(kept.ref(), kept.sha256());
            } catch (DamagedRecordException damage) {
                log.error("{} is damaged: {}", kept.sopInstanceUid(), damage.getMessage());
                damaged.put(kept.sopInstanceUid(), damage.getMessage());
            } catch (IOException unreachable) {
                // the archive may be away for a while; when it is back and this one still cannot be read, it is damaged
                if (!kept.sopInstanceUid().equals(unreadable)) {
                    unreadable = kept.sopInstanceUid();
                    throw unreachable;
                }
                damaged.put(kept.sopInstanceUid(), "cannot be read: " + unreachable.getMessage());
            }
            bytes += kept.ref().length();
            pace(kept.ref().length());
        }
        store.read(series, instances.size(), bytes, damaged, clock.instant());
    }

    private void pace(long bytes) throws InterruptedException {
        long rate = properties.rate().toBytes();
        if (rate > 0) {
            TimeUnit.MICROSECONDS.sleep((long) (bytes * 1e6 / rate));
        }
    }

    @Override
    public void close() {
        poller.close();
    }
}
