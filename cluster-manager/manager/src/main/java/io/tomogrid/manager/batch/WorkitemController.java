package io.tomogrid.manager.batch;

import io.tomogrid.manager.Errors;
import io.tomogrid.manager.peer.PeerUnreachable;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * UPS-RS, PS3.18 chapter 11, as far as a batch is a work item that this cluster itself performs: create, retrieve, request
 * cancellation. Nobody else claims or changes one, and there are no subscriptions.
 */
@RestController
@RequestMapping("/workitems")
class WorkitemController {
    private static final MediaType DICOM_JSON = MediaType.parseMediaType("application/dicom+json");

    private final BatchStore batches;
    private final WorkitemView view;
    private final BatchView progress;
    private final Reprocessing reprocessing;

    WorkitemController(BatchStore batches, WorkitemView view, BatchView progress, Reprocessing reprocessing) {
        this.batches = batches;
        this.view = view;
        this.progress = progress;
        this.reprocessing = reprocessing;
    }

    /** Section 11.4: the UID stands behind the question mark, or in the data set. */
    @PostMapping
    ResponseEntity<String> create(HttpServletRequest request, @RequestBody String body) {
        Map<String, Object> dataset = DicomJson.parse(body);
        String query = Optional.ofNullable(request.getQueryString()).orElse("");
        String uid = query.isEmpty()
                ? DicomJson.text(dataset, Workitem.SOP_INSTANCE_UID)
                : query.replaceFirst("^workitem=", "");
        if (reprocessing.begin(Workitem.parse(uid, dataset)).isEmpty()) {
            return Errors.answer(HttpStatus.CONFLICT, "there is a work item with this UID; create one with another");
        }
        return ResponseEntity.created(URI.create("/workitems/" + uid)).build();
    }

    @GetMapping("/{uid}")
    ResponseEntity<String> retrieve(@PathVariable String uid) {
        return find(uid)
                .map(batch ->
                        ResponseEntity.ok().contentType(DICOM_JSON).body(DicomJson.list(List.of(view.dataset(batch)))))
                .orElseGet(WorkitemController::unknown);
    }

    /** Section 11.9. */
    @PostMapping("/{uid}/cancelrequest")
    ResponseEntity<String> cancel(@PathVariable String uid) {
        Optional<Batch> batch = find(uid);
        if (batch.isEmpty()) {
            return unknown();
        }
        if (!batches.cancel(batch.get().id())) {
            return Errors.answer(
                    HttpStatus.CONFLICT,
                    "the work item is " + WorkitemView.state(progress.progress(batch.get())) + " already");
        }
        return ResponseEntity.accepted().build();
    }

    @ExceptionHandler(PeerUnreachable.class)
    ResponseEntity<String> unreachable(PeerUnreachable e) {
        return Errors.answer(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage() + "; try again");
    }

    private Optional<Batch> find(String uid) {
        return batches.ofWorkitem(uid.replace('\0', ' '));
    }

    private static ResponseEntity<String> unknown() {
        return Errors.answer(HttpStatus.NOT_FOUND, "no work item has this UID");
    }
}
