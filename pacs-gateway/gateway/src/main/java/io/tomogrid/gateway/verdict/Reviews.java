package io.tomogrid.gateway.verdict;

import io.tomogrid.archive.Payload;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.InstanceHeader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Tells whether an object that comes in is a reader's verdict on one of our results: a verified report that has ours as its
 * predecessor (PS3.3 C.17.2.3), or a key object selection that rejects it (IHE Imaging Object Change Management).
 */
@Component
public class Reviews {
    private static final Set<String> REPORTS = Set.of(
            Uid.EnhancedSRStorage, Uid.ComprehensiveSRStorage, Uid.Comprehensive3DSRStorage, Uid.ExtensibleSRStorage);

    /** CID 7011: for quality, for patient safety, as of an incorrect worklist entry. */
    private static final Set<String> REJECTED = Set.of("113001", "113037", "113038");

    private static final long MOST_BYTES = 8L << 20;
    private static final ReadLimits LIMITS =
            new ReadLimits(ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), MOST_BYTES);

    private final ArchiveIndex index;
    private final SegmentReader reader;
    private final Verdicts verdicts;

    Reviews(ArchiveIndex index, SegmentReader reader, Verdicts verdicts) {
        this.index = index;
        this.reader = reader;
        this.verdicts = verdicts;
    }

    /** @param source SOP Instance UID of the object that says it */
    public record Review(String jobId, String source, Judgement judgement) {}

    /** Empty for anything but a verdict, at no cost for images. */
    public Optional<Review> of(InstanceHeader header, String transferSyntax, Payload payload) throws IOException {
        boolean keys = header.sopClassUid().equals(Uid.KeyObjectSelectionDocumentStorage);
        if (!keys && !REPORTS.contains(header.sopClassUid()) || payload.length() > MOST_BYTES) {
            return Optional.empty();
        }
        Dataset object;
        try (InputStream in = new BufferedInputStream(payload.open())) {
            object = DatasetReader.read(in, transferSyntax, LIMITS);
        } catch (DicomFormatException notReadable) {
            return Optional.empty(); // its header could be read: it is archived like anything else
        }
        return keys ? rejection(header, object) : report(header, object);
    }

    /** Writes the verdict down; again, nothing more happens. */
    public void record(Review review) {
        verdicts.add(review.source(), review.jobId(), review.source(), review.judgement());
    }

    private Optional<Review> rejection(InstanceHeader header, Dataset keys) {
        Optional<Dataset> title = keys.item(Tag.ConceptNameCodeSequence)
                .filter(code -> REJECTED.contains(code.string(Tag.CodeValue).orElse("")));
        if (title.isEmpty()) {
            return Optional.empty();
        }
        String reason = title.get().string(Tag.CodeMeaning).orElse("");
        return referenced(keys, Tag.CurrentRequestedProcedureEvidenceSequence)
                .flatMap(uid -> verdicts.jobOf(uid).stream())
                .findFirst()
                .map(job -> new Review(
                        job,
                        header.sopInstanceUid(),
                        new Judgement(Judgement.Outcome.REJECTED, "", shorten(reason, 256), Optional.empty())));
    }

    private Optional<Review> report(InstanceHeader header, Dataset report) throws IOException {
        if (!report.string(Tag.VerificationFlag).orElse("").equals("VERIFIED")) {
            return Optional.empty();
        }
        List<String> predecessors =
                referenced(report, Tag.PredecessorDocumentsSequence).toList();
        for (String uid : predecessors) {
            Optional<String> job = verdicts.jobOf(uid);
            if (job.isPresent()) {
                Optional<Dataset> ours = stored(uid);
                if (ours.isPresent()) {
                    Judgement.Lesions lesions = ReportComparison.compare(ours.get(), report);
                    return Optional.of(new Review(
                            job.get(),
                            header.sopInstanceUid(),
                            new Judgement(
                                    ReportComparison.outcome(lesions), verifier(report), "", Optional.of(lesions))));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Dataset> stored(String uid) throws IOException {
        Optional<ArchiveIndex.Indexed> place = index.find(uid);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = reader.read(place.get().ref(), place.get().sha256());
        return Optional.of(
                DatasetReader.read(new ByteArrayInputStream(bytes), place.get().transferSyntax(), LIMITS));
    }

    private static String verifier(Dataset report) {
        return report.item(Tag.VerifyingObserverSequence)
                .flatMap(observer -> observer.string(Tag.VerifyingObserverName))
                .map(name -> shorten(name, 64))
                .orElse("");
    }

    private static String shorten(String text, int most) {
        return text.substring(0, Math.min(most, text.length()));
    }

    private static Stream<String> referenced(Dataset object, int sequence) {
        return object.items(sequence).stream()
                .flatMap(study -> study.items(Tag.ReferencedSeriesSequence).stream())
                .flatMap(series -> series.items(Tag.ReferencedSOPSequence).stream())
                .flatMap(instance -> instance.string(Tag.ReferencedSOPInstanceUID).stream());
    }
}
