package io.tomogrid.manager.batch;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.manager.Errors;
import io.tomogrid.manager.peer.PeerUnreachable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Begins, shows and steers batches. See {@code docs/interfaces.md}, "Manager". */
@RestController
@RequestMapping(path = "/api/batches", produces = "application/json")
class BatchController {
    private static final int MOST = 1000;

    private final BatchStore batches;
    private final BatchView view;
    private final Reprocessing reprocessing;

    BatchController(BatchStore batches, BatchView view, Reprocessing reprocessing) {
        this.batches = batches;
        this.view = view;
        this.reprocessing = reprocessing;
    }

    @PostMapping
    ResponseEntity<String> begin(@RequestBody String body) {
        BatchRequest request = BatchRequest.parse(body);
        if (request.dryRun()) {
            var answer = new LinkedHashMap<String, Object>();
            answer.put("query", request.query().text());
            answer.put("protocol", request.protocol());
            answer.put("studies", reprocessing.studies(request));
            answer.put("dry-run", true);
            return ResponseEntity.ok(Documents.json(answer));
        }
        return shown(reprocessing.begin(request), view::progress, HttpStatus.CREATED);
    }

    @ExceptionHandler(PeerUnreachable.class)
    ResponseEntity<String> unreachable(PeerUnreachable e) {
        return Errors.answer(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage() + "; try again");
    }

    @GetMapping
    String newest(@RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: expected 1 to " + MOST + ", got " + limit);
        }
        return Documents.json(view.newest(limit));
    }

    @GetMapping("/{id}")
    ResponseEntity<String> progress(@PathVariable String id) {
        return shown(id, view::progress, HttpStatus.OK);
    }

    @GetMapping("/{id}/report")
    ResponseEntity<String> report(@PathVariable String id) {
        return shown(id, view::report, HttpStatus.OK);
    }

    @PostMapping("/{id}/pause")
    ResponseEntity<String> pause(@PathVariable String id) {
        return changed(id, batches.move(id, Batch.State.RUNNING, Batch.State.PAUSED), "RUNNING can be paused");
    }

    @PostMapping("/{id}/resume")
    ResponseEntity<String> resume(@PathVariable String id) {
        return changed(id, batches.move(id, Batch.State.PAUSED, Batch.State.RUNNING), "PAUSED can be resumed");
    }

    @PostMapping("/{id}/cancel")
    ResponseEntity<String> cancel(@PathVariable String id) {
        return changed(id, batches.cancel(id), "RUNNING or PAUSED can be cancelled");
    }

    private ResponseEntity<String> shown(String id, Function<Batch, Map<String, Object>> as, HttpStatus status) {
        return batches.find(id)
                .map(batch -> ResponseEntity.status(status).body(Documents.json(as.apply(batch))))
                .orElseGet(BatchController::unknown);
    }

    private ResponseEntity<String> changed(String id, boolean moved, String only) {
        Optional<Batch> batch = batches.find(id);
        if (batch.isPresent() && !moved) {
            return Errors.answer(
                    HttpStatus.CONFLICT, "batch " + id + " is " + batch.get().state() + "; only one that is " + only);
        }
        return shown(id, view::progress, HttpStatus.ACCEPTED);
    }

    private static ResponseEntity<String> unknown() {
        return Errors.answer(HttpStatus.NOT_FOUND, "no batch has this id; GET /api/batches lists those that there are");
    }
}
