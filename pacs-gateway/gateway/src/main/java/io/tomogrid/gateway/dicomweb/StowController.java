package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.json.DicomJsonWriter;
import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.ingest.Admission;
import io.tomogrid.gateway.ingest.Ingest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * STOW-RS, PS3.18 section 10.5. Each instance goes through the same admission as one that came by C-STORE, and is answered
 * only once it is durable (WEB-03). An instance that is refused does not keep the others out. Where the body breaks off or
 * is too long, the whole instances before stay stored, the one that was being read does not; sending all of them again does
 * no harm.
 */
@RestController
class StowController {
    /** In place of the calling AE title. */
    private static final String CALLER = "STOW-RS";

    /** The codes are all in the answer; the words of so many refusals go along as headers. */
    private static final int MOST_WARNINGS = 20;

    private static final MediaType JSON = MediaType.valueOf("application/dicom+json");

    private final Ingest ingest;
    private final DataSize limit;

    StowController(Ingest ingest, DicomwebProperties properties) {
        this.ingest = ingest;
        this.limit = properties.stowLimit();
    }

    private record Outcome(String sopClass, String sopInstance, DimseStatus status) {}

    @PostMapping("/dicom-web/studies")
    ResponseEntity<String> store(
            @RequestHeader(value = HttpHeaders.CONTENT_TYPE, required = false) String type, HttpServletRequest request)
            throws IOException {
        return store("", type, request);
    }

    @PostMapping("/dicom-web/studies/{study}")
    ResponseEntity<String> store(
            @PathVariable String study,
            @RequestHeader(value = HttpHeaders.CONTENT_TYPE, required = false) String type,
            HttpServletRequest request)
            throws IOException {
        Accepted.json(request.getHeader(HttpHeaders.ACCEPT));
        String boundary = boundary(type);
        if (request.getContentLengthLong() > limit.toBytes()) {
            throw tooLarge("nothing was stored");
        }
        List<Outcome> outcomes = new ArrayList<>();
        try {
            MultipartReader parts =
                    new MultipartReader(new LimitedStream(request.getInputStream(), limit.toBytes()), boundary);
            while (parts.next()) {
                String partType = parts.headers().getOrDefault("content-type", Accepted.DICOM);
                outcomes.add(
                        partType.toLowerCase(Locale.ROOT).startsWith(Accepted.DICOM)
                                ? store(study, parts.body(), request)
                                : new Outcome(
                                        "",
                                        "",
                                        DimseStatus.CANNOT_UNDERSTAND.because(
                                                "a part is not of type application/dicom")));
            }
        } catch (MalformedMultipart e) {
            throw RequestFault.malformed(e.getMessage() + "; " + stored(outcomes));
        } catch (LimitedStream.Exceeded e) {
            throw tooLarge(stored(outcomes) + "; send the rest in another request");
        }
        if (outcomes.isEmpty()) {
            throw RequestFault.malformed("the body has no part; expected DICOM files");
        }
        return ResponseEntity.status(status(outcomes))
                .headers(headers -> outcomes.stream()
                        .filter(o -> !o.status.isSuccess())
                        .limit(MOST_WARNINGS)
                        .forEach(o -> headers.add(HttpHeaders.WARNING, warning(o))))
                .contentType(JSON)
                .body(DicomJsonWriter.toJson(answer(study, outcomes, RetrieveController.root(request))));
    }

    private static String stored(List<Outcome> outcomes) {
        long stored = outcomes.stream().filter(o -> o.status.isSuccess()).count();
        return stored + " instances before were stored";
    }

    private RequestFault tooLarge(String what) {
        return RequestFault.tooLarge("a request may have " + limit.toBytes()
                + " bytes (tomogrid.gateway.dicomweb.stow-limit): send less at once; " + what);
    }

    private Outcome store(String study, InputStream body, HttpServletRequest request) throws IOException {
        Part10.Opened file;
        try {
            file = Part10.open(new BufferedInputStream(body, 1 << 16));
        } catch (DicomFormatException e) {
            return new Outcome("", "", DimseStatus.CANNOT_UNDERSTAND.because(e.getMessage()));
        }
        String sopClass = file.meta().string(Tag.MediaStorageSOPClassUID).orElse("");
        String sopInstance = file.meta().string(Tag.MediaStorageSOPInstanceUID).orElse("");
        if (!uid(sopClass) || !uid(sopInstance)) {
            return new Outcome(
                    "",
                    "",
                    DimseStatus.CANNOT_UNDERSTAND.because(
                            "the file's meta information names no SOP class and instance"));
        }
        var announced = new CStoreRequest(
                CALLER,
                "",
                sopClass,
                sopInstance,
                file.transferSyntax(),
                InetAddress.getByName(request.getRemoteAddr()));
        Admission admission = ingest.admit(announced, study, file.dataset());
        return new Outcome(sopClass, sopInstance, Ingest.status(admission));
    }

    private static String warning(Outcome outcome) {
        String what = outcome.sopInstance.isEmpty() ? "" : outcome.sopInstance + ": ";
        return "299 tomogrid \"" + (what + outcome.status.comment()).replaceAll("[^ -~]|[\"\\\\]", "?") + '"';
    }

    /** As tolerant as the index is. */
    private static boolean uid(String text) {
        return text.length() <= 64 && text.matches("[0-9]+(\\.[0-9]+)*");
    }

    private static int status(List<Outcome> outcomes) {
        long stored = outcomes.stream().filter(o -> o.status.isSuccess()).count();
        if (stored == outcomes.size()) {
            return 200;
        }
        boolean full = outcomes.stream().anyMatch(o -> o.status.code() == DimseStatus.OUT_OF_RESOURCES.code());
        return stored > 0 ? 202 : full ? 507 : 409;
    }

    /** PS3.18 table I.2.2-1. */
    private static Dataset answer(String study, List<Outcome> outcomes, String root) {
        List<Dataset> stored = new ArrayList<>();
        List<Dataset> failed = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Dataset item = new Dataset();
            if (!outcome.sopInstance.isEmpty()) {
                item.put(Tag.ReferencedSOPClassUID, outcome.sopClass)
                        .put(Tag.ReferencedSOPInstanceUID, outcome.sopInstance);
            }
            if (outcome.status.isSuccess()) {
                stored.add(item);
            } else {
                failed.add(item.put(Tag.FailureReason, outcome.status.code()));
            }
        }
        Dataset answer = new Dataset();
        if (!study.isEmpty()) {
            answer.put(Tag.RetrieveURL, root + "/studies/" + study);
        }
        if (!failed.isEmpty()) {
            answer.putItems(Tag.FailedSOPSequence, failed);
        }
        return stored.isEmpty() ? answer : answer.putItems(Tag.ReferencedSOPSequence, stored);
    }

    /** @throws RequestFault with status 415 for anything but multipart/related of DICOM files, 400 without a boundary */
    private static String boundary(String contentType) {
        Content content = Content.parse(contentType == null ? "" : contentType);
        if (!content.type().equals("multipart/related")
                || !content.parameters().getOrDefault("type", Accepted.DICOM).equalsIgnoreCase(Accepted.DICOM)) {
            throw RequestFault.unsupportedMediaType(
                    "Content-Type: expected multipart/related; type=\"application/dicom\"; boundary=...");
        }
        String boundary = content.parameters().get("boundary");
        if (boundary == null || boundary.isEmpty()) {
            throw RequestFault.malformed("Content-Type: expected a boundary");
        }
        return boundary;
    }
}
