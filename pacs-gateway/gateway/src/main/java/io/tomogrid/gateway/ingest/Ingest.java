package io.tomogrid.gateway.ingest;

import io.tomogrid.archive.ArchiveUnavailableException;
import io.tomogrid.archive.NoRoomException;
import io.tomogrid.archive.Payload;
import io.tomogrid.archive.PayloadTooLargeException;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.Spool;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.InstanceHeader;
import io.tomogrid.gateway.index.RecordMeta;
import io.tomogrid.gateway.verdict.Reviews;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides what becomes of an instance that comes in, and keeps it. */
@Component
public class Ingest {
    private static final Logger log = LoggerFactory.getLogger(Ingest.class);
    /** Above it two encodings of one instance are not compared in memory; the later one is kept aside. */
    private static final long COMPARABLE_BYTES = 512L << 20;

    private static final ReadLimits COMPARABLE =
            new ReadLimits(ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), COMPARABLE_BYTES);

    private final Spool spool;
    private final ArchiveIndex index;
    private final SegmentReader reader;
    private final Reviews reviews;
    private final Clock clock;
    private final Lock[] locks = Stream.generate(ReentrantLock::new).limit(256).toArray(Lock[]::new);

    Ingest(Spool spool, ArchiveIndex index, SegmentReader reader, Reviews reviews, Clock clock) {
        this.spool = spool;
        this.index = index;
        this.reader = reader;
        this.reviews = reviews;
        this.clock = clock;
    }

    /** Reads the data set to its end; when the sender goes away in the middle nothing is kept (ING-09). */
    Admission admit(CStoreRequest request, InputStream dataset) throws IOException {
        return admit(request, "", dataset);
    }

    /**
     * Reads the data set to its end; when the sender goes away in the middle nothing is kept.
     *
     * @param studyUid the only study that it may belong to, or empty for any
     */
    public Admission admit(CStoreRequest request, String studyUid, InputStream dataset) throws IOException {
        try (Payload payload = spool.receive(dataset)) {
            InstanceHeader header;
            try (InputStream in = new BufferedInputStream(payload.open())) {
                header = InstanceHeader.read(in, request.transferSyntax());
            } catch (DicomFormatException e) {
                return quarantine(request, payload, e.getMessage());
            }
            if (!header.sopClassUid().equals(request.sopClassUid())) {
                return new Admission.Mismatch("SOP Class UID is not the one of the command");
            }
            if (!header.sopInstanceUid().equals(request.sopInstanceUid())) {
                return new Admission.Mismatch("SOP Instance UID is not the one of the command");
            }
            if (!studyUid.isEmpty() && !header.studyUid().equals(studyUid)) {
                return new Admission.Mismatch("Study Instance UID is not the one of the request");
            }
            return file(request, header, payload);
        } catch (NoRoomException e) {
            log.error("an instance was refused: {}", e.getMessage());
            return new Admission.NoRoom("the archive is full, send again later");
        } catch (ArchiveUnavailableException e) {
            log.error("an instance was refused: {}", e.getMessage());
            return new Admission.NoRoom(e.fault());
        } catch (PayloadTooLargeException e) {
            return new Admission.NoRoom(e.getMessage());
        }
    }

    /** What a sender is answered, PS3.4 table B.2-1; STOW-RS has the same codes. */
    public static DimseStatus status(Admission admission) {
        return admission.match(
                admitted -> DimseStatus.SUCCESS,
                duplicate -> DimseStatus.SUCCESS,
                conflict -> DimseStatus.DUPLICATE_SOP_INSTANCE.because(conflict.reason()),
                noRoom -> DimseStatus.OUT_OF_RESOURCES.because(noRoom.reason()),
                mismatch -> DimseStatus.DATA_SET_DOES_NOT_MATCH.because(mismatch.reason()),
                quarantined -> DimseStatus.CANNOT_UNDERSTAND.because(quarantined.reason()));
    }

    private Admission file(CStoreRequest request, InstanceHeader header, Payload payload) throws IOException {
        Lock lock = locks[Math.floorMod(header.sopInstanceUid().hashCode(), locks.length)];
        lock.lock();
        try {
            Optional<Reviews.Review> review = reviews.of(header, request.transferSyntax(), payload);
            boolean ask = index.mayHold(header);
            while (true) {
                Optional<ArchiveIndex.Indexed> stored = ask ? index.find(header.sopInstanceUid()) : Optional.empty();
                if (stored.isPresent()) {
                    Admission again = again(request, header, payload, stored.get());
                    if (again instanceof Admission.Duplicate) {
                        review.ifPresent(reviews::record); // the first time may have ended before
                    }
                    return again;
                }
                ask = true;
                var meta = review.map(r -> RecordMeta.review(
                                header, request.transferSyntax(), request.callingAe(), r.jobId(), now()))
                        .orElseGet(
                                () -> RecordMeta.source(header, request.transferSyntax(), request.callingAe(), now()));
                if (index.keep(RecordKind.INSTANCE, meta, payload)) {
                    review.ifPresent(reviews::record);
                    return new Admission.Admitted(header.sopInstanceUid());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Admission again(CStoreRequest request, InstanceHeader header, Payload payload, ArchiveIndex.Indexed stored)
            throws IOException {
        if (stored.sha256().equals(payload.sha256()) && stored.transferSyntax().equals(request.transferSyntax())
                || sameContent(request.transferSyntax(), payload, stored)) {
            return new Admission.Duplicate(header.sopInstanceUid());
        }
        String reason = "another data set with this SOP Instance UID is stored";
        keepAside(RecordKind.CONFLICT, request, payload, reason);
        log.warn("{} came again with other content and is kept aside", header.sopInstanceUid());
        return new Admission.Conflict(header.sopInstanceUid(), reason);
    }

    private boolean sameContent(String transferSyntax, Payload payload, ArchiveIndex.Indexed stored)
            throws IOException {
        if (payload.length() > COMPARABLE_BYTES || stored.ref().length() > COMPARABLE_BYTES) {
            return false;
        }
        try (InputStream in = new BufferedInputStream(payload.open());
                InputStream before = new BufferedInputStream(reader.stream(stored.ref()))) {
            Dataset one = DatasetReader.read(in, transferSyntax, COMPARABLE);
            Dataset other = DatasetReader.read(before, stored.transferSyntax(), COMPARABLE);
            return SameContent.same(one, other);
        } catch (DicomFormatException notComparable) {
            log.info("{} is not compared: {}", stored.ref(), notComparable.getMessage());
            return false;
        }
    }

    private Admission quarantine(CStoreRequest request, Payload payload, String reason) throws IOException {
        keepAside(RecordKind.QUARANTINE, request, payload, reason);
        log.warn("an instance from {} is in quarantine: {}", request.callingAe(), reason);
        return new Admission.Quarantined(reason);
    }

    /** Once, however often the same bytes are sent. */
    private void keepAside(RecordKind kind, CStoreRequest request, Payload payload, String reason) throws IOException {
        String uid = announced(request.sopInstanceUid());
        if (!index.isAside(kind, uid, payload.sha256())) {
            var meta = RecordMeta.aside(uid, request.transferSyntax(), request.callingAe(), now(), reason);
            index.keep(kind, meta, payload);
        }
    }

    /** The command's UID may be anything; it is shown to operators. */
    private static String announced(String sopInstanceUid) {
        String plain = sopInstanceUid.replaceAll("[^0-9.]", "?");
        return plain.substring(0, Math.min(64, plain.length()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
