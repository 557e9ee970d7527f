package io.tomogrid.gateway.results;

import io.tomogrid.archive.Payload;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.Spool;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Part10;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.Poller;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.delivery.DeliveryService;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.InstanceHeader;
import io.tomogrid.gateway.index.RecordMeta;
import io.tomogrid.gateway.study.StudyGrown;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Takes the objects of committed manifests from where they are staged into the archive, beside their sources, if their
 * bytes are those that the manifest states (RES-02). May be interrupted anywhere and begins again.
 */
@Component
class ResultKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ResultKeeper.class);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int AT_ONCE = 16;
    private static final long GRACE_SECONDS = 10;

    private final Results results;
    private final ArchiveIndex index;
    private final Spool spool;
    private final Staging staging;
    private final DeliveryService delivery;
    private final Clock clock;
    private final ApplicationEventPublisher events;
    private final Poller poller;

    ResultKeeper(
            Results results,
            ArchiveIndex index,
            Spool spool,
            Staging staging,
            DeliveryService delivery,
            GatewayProperties properties,
            Clock clock,
            ApplicationEventPublisher events) {
        this.results = results;
        this.index = index;
        this.spool = spool;
        this.staging = staging;
        this.delivery = delivery;
        this.clock = clock;
        this.events = events;
        Duration first = properties.delivery().firstBackoff();
        this.poller = Poller.start("result-keeper", first.compareTo(PAUSE) < 0 ? first : PAUSE, this::look);
    }

    /** The staged bytes are not what the manifest says; to try again would not help. */
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String reason) {
            super(reason);
        }
    }

    void wake() {
        poller.wake();
    }

    private void look() throws InterruptedException {
        for (Results.Storing storing : results.toStore()) {
            store(storing);
        }
    }

    private void store(Results.Storing storing) throws InterruptedException {
        ResultManifest manifest = storing.manifest();
        try {
            if (!isAnyStored(manifest)) {
                Optional<String> fault = fault(manifest);
                if (fault.isPresent()) {
                    log.warn("results of job {} are rejected: {}", manifest.jobId(), fault.get());
                    results.rejected(manifest.jobId(), fault.get());
                    return;
                }
            }
            each(manifest, object -> store(manifest, object));
            results.stored(manifest.jobId());
            log.info(
                    "results of job {} are stored: {} objects",
                    manifest.jobId(),
                    manifest.objects().size());
            delivery.wake();
            events.publishEvent(new StudyGrown(manifest.studyUid()));
        } catch (Unfit e) {
            log.warn("results of job {} cannot be stored: {}", manifest.jobId(), e.getMessage());
            results.failed(manifest.jobId(), e.getMessage());
        } catch (IOException e) {
            log.warn("results of job {} are not stored yet", manifest.jobId(), e);
            results.tryLater(storing, "not stored yet, will be tried again: " + e.getMessage());
        }
    }

    private boolean isAnyStored(ResultManifest manifest) throws Unfit {
        for (ResultObject object : manifest.objects()) {
            if (isStored(object)) {
                return true;
            }
        }
        return false;
    }

    /** Looks at every file before the first is stored: what is stored can never be replaced by another attempt's. */
    private Optional<String> fault(ResultManifest manifest) throws IOException, InterruptedException {
        try {
            each(manifest, object -> verify(manifest, object));
            return Optional.empty();
        } catch (Unfit e) {
            return Optional.of(e.getMessage());
        }
    }

    private void verify(ResultManifest manifest, ResultObject object) throws IOException, Unfit {
        try (InputStream in = open(manifest, object);
                Payload file = spool.receive(in)) {
            check(object, file);
        }
    }

    private InputStream open(ResultManifest manifest, ResultObject object) throws IOException, Unfit {
        try {
            return staging.open(staging.locate(manifest.stagingRoot(), object.file()));
        } catch (FileNotFoundException e) {
            throw new Unfit(object.file() + " is missing below " + manifest.stagingRoot());
        }
    }

    private static void check(ResultObject object, Payload file) throws Unfit {
        if (file.length() != object.bytes()) {
            throw new Unfit(object.file() + " has " + file.length() + " bytes, the manifest says " + object.bytes());
        }
        if (!file.sha256().equals(object.sha256())) {
            throw new Unfit(object.file() + " has SHA-256 " + file.sha256() + ", the manifest says " + object.sha256());
        }
    }

    /** What is done to one object. */
    private interface Step {
        void of(ResultObject object) throws IOException, Unfit;
    }

    /**
     * Many at once, so that they share the archive's syncs and the index's transactions. Nobody is interrupted: that would
     * break the segment for everybody who writes to it.
     */
    private static void each(ResultManifest manifest, Step step) throws IOException, Unfit, InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        AtomicBoolean stopped = new AtomicBoolean();
        try {
            CompletionService<Void> work = new ExecutorCompletionService<>(pool);
            for (ResultObject object : manifest.objects()) {
                work.submit(() -> {
                    if (!stopped.get()) {
                        step.of(object);
                    }
                    return null;
                });
            }
            for (int ended = 0; ended < manifest.objects().size(); ended++) {
                work.take().get();
            }
        } catch (ExecutionException e) {
            throw cause(e);
        } finally {
            stopped.set(true);
            pool.shutdown();
            pool.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static IOException cause(ExecutionException e) throws Unfit {
        if (e.getCause() instanceof Unfit unfit) {
            throw unfit;
        }
        if (e.getCause() instanceof RuntimeException fault) {
            throw fault;
        }
        return e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
    }

    private void store(ResultManifest manifest, ResultObject object) throws IOException, Unfit {
        if (isStored(object)) {
            return;
        }
        try (InputStream in = open(manifest, object);
                Payload file = spool.receive(in)) {
            check(object, file);
            storeVerified(manifest, object, file);
        } catch (DicomFormatException e) {
            throw new Unfit(object.file() + ": " + e.getMessage());
        }
    }

    private boolean isStored(ResultObject object) throws Unfit {
        Optional<ArchiveIndex.Indexed> stored = index.find(object.sopInstanceUid());
        if (stored.isPresent() && !stored.get().fileSha256().equals(object.sha256())) {
            throw new Unfit(object.file() + ": the archive holds another data set as " + object.sopInstanceUid());
        }
        return stored.isPresent();
    }

    private void storeVerified(ResultManifest manifest, ResultObject object, Payload file) throws IOException, Unfit {
        try (InputStream in = new BufferedInputStream(file.open())) {
            Part10.Opened opened = Part10.open(in);
            try (Payload dataset = spool.receive(opened.dataset());
                    InputStream header = new BufferedInputStream(dataset.open())) {
                InstanceHeader instance = InstanceHeader.read(header, opened.transferSyntax());
                check(object, "SOP Class UID", object.sopClassUid(), instance.sopClassUid());
                check(object, "SOP Instance UID", object.sopInstanceUid(), instance.sopInstanceUid());
                check(object, "Series Instance UID", object.seriesUid(), instance.seriesUid());
                check(object, "Study Instance UID", manifest.studyUid(), instance.studyUid());
                boolean first = index.keep(
                        RecordKind.INSTANCE,
                        RecordMeta.result(
                                instance,
                                opened.transferSyntax(),
                                manifest.jobId(),
                                object.sha256(),
                                clock.instant().truncatedTo(ChronoUnit.MICROS)),
                        dataset);
                if (!first) {
                    isStored(object);
                }
            }
        }
    }

    private static void check(ResultObject object, String what, String expected, String found) throws Unfit {
        if (!expected.equals(found)) {
            throw new Unfit(object.file() + ": " + what + " is " + found + ", the manifest says " + expected);
        }
    }

    @Override
    public void close() {
        poller.close();
    }
}
